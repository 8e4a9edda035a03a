import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseWebhook } from '@subtotal-connectors/core'
import { loadDestinations } from '@subtotal-connectors/relay'
import { expect, test, vi } from 'vitest'

test('contributing/purchase.json is one request to the destination of relay.config.ts', async () => {
  vi.stubEnv('ITERABLE_API_KEY', 'key')
  const cwd = join(import.meta.dirname, '..')
  const { iterable } = await loadDestinations({ env: {}, cwd })
  const event = parseWebhook(await readFile(join(cwd, '../../contributing/purchase.json')))
  expect(iterable?.plan(event === null ? [] : [event])).toMatchObject({
    requests: [{ body: { events: [{ email: 'robin.ashdown@shoppers.example', eventName: 'subtotal_purchase' }] } }],
    notSent: [],
  })
})
