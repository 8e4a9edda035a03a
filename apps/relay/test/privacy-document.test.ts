import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from './run-command.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8')

/** A folder with the page's configuration and the packages that it imports. */
function exampleFolder(): string {
  const folder = temporaryFolder()
  const scope = join(folder, 'node_modules', '@subtotal-connectors')
  mkdirSync(scope, { recursive: true })
  symlinkSync(join(import.meta.dirname, '..'), join(scope, 'relay'))
  symlinkSync(join(import.meta.dirname, '../../../packages/braze'), join(scope, 'braze'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const [, source = ''] = /```ts\n(.*?)```/s.exec(page) ?? []
  // As people write it, without types: a .ts file would need them only for an editor.
  writeFileSync(join(folder, 'relay.config.ts'), source)
  return folder
}

function purchase(...brands: readonly string[]): string {
  const items = brands.map((brand, index) => ({ quantity: 2, price: '5.00', product: { brand, upc: `00000000000${index}` } }))
  const connection = { connection_id: 'c1', customer_id: 'robin-1', email: 'robin@shoppers.example', retailer_id: 'walmart' }
  const bought = { purchase_id: 'p1', date: '2026-01-01T00:00:00Z', total: '44.64', tax: '1.60', subtotal: '43.04', items }
  return JSON.stringify({ type: 'purchase.created', id: 'e1', payload: { connection, purchase: bought } })
}

test('the example of docs/privacy.md sends only the brand’s own products, and nothing of other purchases', async () => {
  const cwd = exampleFolder()
  writeFileSync(join(cwd, 'mixed.json'), purchase('acme', 'heinz', 'acme-kids'))
  writeFileSync(join(cwd, 'others.json'), purchase('heinz'))
  const env = { BRAZE_API_KEY: 'key-of-the-example' }
  const [mixed, others] = await Promise.all(
    ['mixed.json', 'others.json'].map((file) => runCommand(['preview', file, '--json'], { cwd, env })),
  )
  expect(mixed?.stderr).toBe('')
  const { braze } = JSON.parse(mixed?.stdout ?? '').destinations
  expect(braze.requests[0].body.events).toMatchObject([
    { properties: { item_count: 4, brands: ['acme', 'acme-kids'], upcs: ['000000000000', '000000000002'] } },
  ])
  expect(JSON.stringify(braze)).not.toMatch(/heinz|44\.64/)
  expect(JSON.parse(others?.stdout ?? '').destinations.braze).toMatchObject({
    requests: [],
    notSent: [{ result: { status: 'skipped' } }],
  })
})

test('docs/privacy.md names every setting of retention', () => {
  const named = [...page.matchAll(/`(RELAY_RETENTION_[A-Z_]+)`/g)].map(([, name]) => name)
  const environment = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')
  const known = [...environment.matchAll(/^# (RELAY_RETENTION_[A-Z_]+)=/gm)].map(([, name]) => name)
  expect(known).toHaveLength(4)
  expect(new Set(named)).toEqual(new Set(known))
})
