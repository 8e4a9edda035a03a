import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { startMockDestinations } from '../support/mock-destinations.ts'
import { spawnRelay } from '../support/spawn-relay.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { startSubtotal } from '../support/start-subtotal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** `IMPORT_PURCHASES=20000` is the full size. */
const count = Number(process.env['IMPORT_PURCHASES'] ?? 2_000)
const perConnection = 200
const pollMs = 20
const timeoutMs = 120_000 + count * 30
/** What was with a destination at the two kills, and not yet recorded as delivered: of what an import feeds before it waits. */
const mostRepeats = 2 * 600

test(
  'an import that is killed twice goes on by itself, stores each purchase once and delivers it',
  async () => {
    const { subtotal, api } = await startSubtotal({ keepRequests: false })
    const ids: string[] = []
    const connections = Array.from({ length: count / perConnection }, (_, index) => {
      const { id } = subtotal.link({ customerId: `customer-${index}`, email: `person-${index}@shoppers.example` })
      ids.push(...subtotal.addPurchases(id, perConnection, { everyMs: 3_600_000 }).map((purchase) => purchase.id))
      return id
    })
    const mocks = await startMockDestinations()
    const settings = { store: `sqlite:${join(temporaryFolder(), 'relay.db')}`, urls: mocks.urls, subtotalUrl: subtotal.url }

    const first = await spawnRelay(settings)
    const headers = { 'content-type': 'application/json' }
    await fetch(`${first.url}/api/v1/imports`, { method: 'POST', headers, body: JSON.stringify({ connections }) })
    await until(first.url, count / 4)
    await first.kill()
    const second = await spawnRelay(settings)
    await until(second.url, count / 2)
    await second.kill()

    const relay = await startRelay({ store: settings.store, destinations: mocks.connectors, subtotal: api })
    expect(await newPurchases(relay.url)).toBeLessThan(count)
    const finished = once(relay.events, 'import:finished', { signal: AbortSignal.timeout(timeoutMs) })
    await finished
    await drained(relay)
    expect((await relay.get('/api/v1/imports/1')).json).toMatchObject({
      status: 'finished',
      connections: { total: connections.length, done: connections.length, refused: 0 },
      purchases: { seen: count, new: count, known: 0, refused: 0 },
    })
    const { json } = await relay.get('/api/v1/stats')
    expect(json).toMatchObject({ events: count })
    expect(json['destinations']).toHaveLength(destinationNames.length)
    for (const one of [json['destinations']].flat()) expect(one).toMatchObject({ delivered: count, pending: 0, dead: 0 })
    const expected = new Set(ids.map((id) => `purchase.created:${id}`))
    for (const destination of destinationNames) {
      const arrived = mocks.arrived(destination)
      const arrivedKeys = new Set(arrived.map((key) => (key.startsWith('purchase.created:') ? key : `purchase.created:${key}`)))
      expect(arrivedKeys, destination).toEqual(expected)
      expect(arrived.length - count, destination).toBeLessThan(mostRepeats)
    }
  },
  timeoutMs,
)

async function newPurchases(url: string): Promise<number> {
  const answer: unknown = await (await fetch(`${url}/api/v1/imports/1`)).json()
  const text = JSON.stringify(answer)
  return Number(/"new":(\d+)/.exec(text)?.[1] ?? Number.NaN)
}

async function until(url: string, wanted: number): Promise<void> {
  while ((await newPurchases(url)) < wanted) await setTimeout(pollMs)
}

async function drained(relay: TestRelay): Promise<void> {
  while (/"pending":[1-9]/.test((await relay.get('/api/v1/stats')).text)) {
    await once(relay.events, 'delivery:attempted', { signal: AbortSignal.timeout(30_000) })
  }
}
