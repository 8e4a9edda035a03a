import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { init } from '../src/store/postgres/migrations/000001-init.ts'
import { neededGrants } from '../src/store/postgres/needed-grants.ts'

const page = new URL('../../../docs/operating.md', import.meta.url)
const text = readFileSync(page, 'utf8')

test('docs/operating.md states the settings of each table as the schema has them', () => {
  const stated = [...text.matchAll(/^\| `(\w+)` \| `([^`]* = [^`]*)` \|/gm)].map(([, table, settings]) => ({ table, settings }))
  const set = [...init.matchAll(/ALTER TABLE relay\.(\w+) SET \(([^)]*)\)/g)].map(([, table, settings = '']) => ({
    table,
    settings: settings.replace(/\s+/g, ' '),
  }))
  expect(set.length).toBeGreaterThan(0)
  expect(stated).toEqual(set)
})

test('docs/operating.md states the rights that are needed', () => {
  expect(text).toContain(`\`\`\`sql\n${neededGrants('relay').join('\n')}\n\`\`\``)
})

test('what docs/operating.md leads to is there', () => {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)]
  expect(links.length).toBeGreaterThan(5)
  for (const [, path = '', anchor] of links) {
    const target = new URL(path, page)
    expect(existsSync(target), path).toBe(true)
    if (anchor === undefined) continue
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    )
    expect(headings, path).toContain(anchor)
  }
})
