import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { errorCodes } from './error-code.ts'

it('docs/errors.md has a heading for each code, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const headings = [...page.matchAll(/^### (ERR_\w+)$/gm)].map(([, code]) => code)
  expect(headings).toStrictEqual([...errorCodes])
})
