import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Explanation } from './explanations.ts'
import { explanations } from './explanations.ts'

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/errors.md'), 'utf8')
const sections = ['Before an event is sent', "The destination's answer", 'No answer', "The relay's verdicts"]

function readPage(): Readonly<Record<string, Explanation>> {
  const read: Record<string, Explanation> = {}
  for (const section of page.split('\n## ').slice(1)) {
    if (!sections.includes(section.slice(0, section.indexOf('\n')).trim())) continue
    for (const [, code = '', text = ''] of section.matchAll(/### (ERR_\w+)\n([\s\S]*?)(?=\n\n|$(?![\s\S]))/g)) {
      const plain = text
        .replaceAll(/\s+/g, ' ')
        .trim()
        .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
        .replaceAll('`', '')
      const [cause = '', remedy = null] = plain.split(' *Remedy:* ')
      read[code] = { cause, remedy }
    }
  }
  return read
}

test('the console says of a code what docs/errors.md says', () => {
  expect(Object.keys(readPage()).length).toBeGreaterThan(15)
  expect(explanations).toEqual(readPage())
})
