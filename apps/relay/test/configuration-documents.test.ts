import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { environmentVariables } from '../src/config/environment.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const page = read('docs/configuration.md')
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)].map(([, name = '', cell = '']) => {
  const [, value] = /^`(.*)`$/.exec(cell) ?? []
  return { name, default: value }
})
const examples = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => ({
  name,
  value,
}))

const byText = (a = '', b = '') => a.localeCompare(b)
const byName = (a: { readonly name: string }, b: { readonly name: string }) => byText(a.name, b.name)

describe('docs/configuration.md', () => {
  test('has one row for each variable that the relay reads, with its default, and no other', () => {
    const expected = environmentVariables.map((variable) => ({ name: variable.name, default: variable.default }))
    expect(rows.toSorted(byName)).toStrictEqual(expected.toSorted(byName))
  })

  test('names the file variable of each secret and of nothing else', () => {
    const [, section = ''] = page.split('## Secrets from files')
    const [list = ''] = section.split('```')
    const named = [...list.matchAll(/`([A-Z_]+)_FILE`/g)].map(([, name]) => name)
    const secrets = environmentVariables.filter((variable) => variable.secret === true).map(({ name }) => name)
    expect(named.toSorted(byText)).toStrictEqual(secrets.toSorted(byText))
  })
})

describe('.env.example', () => {
  test('has one line for each variable that the relay reads, and no other', () => {
    expect(examples.map(({ name }) => name).toSorted(byText)).toStrictEqual(
      environmentVariables.map(({ name }) => name).toSorted(byText),
    )
  })

  test('shows defaults, and holds no value that would be a setting', () => {
    for (const { name, value } of examples) {
      const variable = environmentVariables.find((candidate) => candidate.name === name)
      expect({ name, value }).toStrictEqual({ name, value: variable?.default ?? '' })
    }
  })

  test('a copy of it sets nothing: every variable is commented out or empty', () => {
    for (const line of read('.env.example').split('\n')) {
      if (line !== '' && !line.startsWith('#')) expect(line).toMatch(/^[A-Z_]+=$/)
    }
  })
})

describe('docs/delivery-semantics.md', () => {
  test('names tests that are there for each promise', () => {
    const named = [...read('docs/delivery-semantics.md').matchAll(/`(apps\/relay\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(4)
    for (const path of named) expect(read(path)).toContain('test(')
  })
})
