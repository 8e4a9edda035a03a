import { readFileSync } from 'node:fs'
import { connectorCases } from '@subtotal-connectors/testing'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('contributing/add-a-connector.md', root), 'utf8')

/** The first column of the table under a heading. */
function firstColumn(heading: string): (string | undefined)[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''
  return [...section.matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell]) => cell).slice(2)
}

test('contributing/add-a-connector.md has a line for each case of the suite, in its order, and no other', () => {
  expect(firstColumn('What the suite checks')).toStrictEqual(connectorCases.map(({ name }) => name))
})

test('contributing/add-a-connector.md has a line for each field of the contract, and no other', () => {
  const source = (path: string) => readFileSync(new URL(`packages/core/src/connector/${path}`, root), 'utf8')
  const membersOf = (text: string, name: string) => {
    const declaration = text.split(new RegExp(`export interface ${name}\\b`))[1]?.split('\n}')[0] ?? ''
    return [...declaration.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].flatMap(([, member]) => member ?? [])
  }
  const definition = source('connector-definition.ts')
  const api = membersOf(definition, 'DestinationApi').filter((member) => member !== 'limits')
  const limits = membersOf(source('connector.ts'), 'ConnectorLimits').map((member) => `limits.${member}`)
  const lines = firstColumn('The contract').map((cell) => cell?.match(/^`([\w.]+)/)?.[1])
  expect(new Set(lines)).toStrictEqual(new Set([...api, ...limits, ...membersOf(definition, 'Destination')]))
})
