import { ConnectorError } from '@subtotal-connectors/core'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { generatePurchases } from '../support/generate-purchases.ts'
import { expectedAt, startMockDestinations } from '../support/mock-destinations.ts'
import type { PostgresDatabases } from '../support/postgres-databases.ts'
import { postgresDatabases } from '../support/postgres-databases.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

const waiting = { timeout: 30_000, interval: 50 }
const adminToken = 'admin-token-of-the-tests'
const asAdmin = { authorization: `Bearer ${adminToken}` }

async function startRelays(count: number, config: Parameters<typeof startRelay>[0] = {}): Promise<readonly TestRelay[]> {
  const store = await databases.create()
  const relays = await Promise.all(Array.from({ length: count }, () => startRelay({ store, adminToken, ...config })))
  onTestFinished(async () => {
    await Promise.all(relays.map((relay) => relay.stop()))
    await databases.drop(store)
  })
  return relays
}

function pick(relays: readonly TestRelay[], index: number): TestRelay {
  const relay = relays[index % relays.length]
  if (relay === undefined) throw new Error('There is no relay.')
  return relay
}

test('what three relays take reaches every destination once, whichever of them took it', async () => {
  const mocks = await startMockDestinations()
  const relays = await startRelays(3, { destinations: mocks.connectors })
  const sent = generatePurchases(90)
  const answers = await Promise.all(sent.map(({ body }, index) => pick(relays, index).post(body)))
  expect(answers.map(({ status }) => status)).toEqual(sent.map(() => 202))
  await vi.waitFor(async () => {
    const { json } = await pick(relays, 1).get('/api/v1/stats', asAdmin)
    expect(json).toMatchObject({ events: 90, destinations: [{ delivered: 90 }, { delivered: 90 }, { delivered: 90 }] })
  }, waiting)
  for (const destination of destinationNames) {
    expect(mocks.arrived(destination).toSorted(), destination).toEqual(expectedAt(destination, sent))
  }
})

test('the same webhook posted to all of them at once is one event', async () => {
  const relays = await startRelays(3)
  const [webhook] = generatePurchases(1)
  const answers = await Promise.all(relays.flatMap((relay) => [relay.post(webhook?.body ?? ''), relay.post(webhook?.body ?? '')]))
  expect(answers.map(({ json }) => json['result']).toSorted()).toEqual([...Array(5).fill('duplicate'), 'stored'])
  expect(new Set(answers.map(({ json }) => json['id'])).size).toBe(1)
})

test('a destination that refuses one relay is left alone by all, and each of them says so', async () => {
  const connector = scriptedConnector()
  connector.answer(() => ({ status: 'blocked', error: new ConnectorError('ERR_UNAUTHORIZED', 'The key is refused.') }))
  const relays = await startRelays(3, { destinations: { scripted: connector } })
  const webhooks = generatePurchases(30)
  await pick(relays, 0).post(webhooks[0]?.body ?? '')
  await vi.waitFor(async () => {
    for (const relay of relays) {
      const { json } = await relay.get('/readyz')
      expect(json['lanes']).toMatchObject({ scripted: { state: 'blocked' } })
    }
  }, waiting)
  const calls = connector.calls.length
  await Promise.all(webhooks.slice(1).map(({ body }, index) => pick(relays, index).post(body)))
  expect(connector.calls).toHaveLength(calls)
})

test('a lane that is paused at one relay is paused at all, and resumed at all', async () => {
  const relays = await startRelays(2)
  const lanes = async (relay: TestRelay): Promise<unknown> => (await relay.get('/readyz')).json['lanes']
  await pick(relays, 0).write('/api/v1/destinations/scripted/pause', { reason: 'maintenance' }, asAdmin)
  await vi.waitFor(async () => expect(await lanes(pick(relays, 1))).toMatchObject({ scripted: { state: 'paused' } }), waiting)
  await pick(relays, 1).post(generatePurchases(1)[0]?.body ?? '')
  await pick(relays, 1).write('/api/v1/destinations/scripted/resume', {}, asAdmin)
  await vi.waitFor(async () => expect(await lanes(pick(relays, 0))).toMatchObject({ scripted: { state: 'running' } }), waiting)
  await vi.waitFor(async () => {
    expect((await pick(relays, 0).get('/api/v1/stats', asAdmin)).json).toMatchObject({ destinations: [{ delivered: 1 }] })
  }, waiting)
})

test('a relay that ends hands over what it has, and the others go on', async () => {
  const connector = scriptedConnector({ batchSize: 1 })
  const relays = await startRelays(2, { destinations: { scripted: connector } })
  const sent = generatePurchases(40)
  await Promise.all(sent.map(({ body }) => pick(relays, 0).post(body)))
  await pick(relays, 0).stop()
  await vi.waitFor(async () => {
    const { json } = await pick(relays, 1).get('/api/v1/stats', asAdmin)
    expect(json).toMatchObject({ destinations: [{ delivered: 40 }] })
  }, waiting)
  expect(connector.calls).toHaveLength(40)
})

test('a replay that one relay is asked for is done once', async () => {
  const connector = scriptedConnector()
  const relays = await startRelays(3, { destinations: { scripted: connector } })
  const sent = generatePurchases(20)
  await Promise.all(sent.map(({ body }, index) => pick(relays, index).post(body)))
  const delivered = (count: number) => vi.waitFor(() => expect(connector.calls.flat()).toHaveLength(count), waiting)
  await delivered(20)
  await vi.waitFor(async () => {
    expect((await pick(relays, 0).get('/api/v1/stats', asAdmin)).json).toMatchObject({ destinations: [{ delivered: 20 }] })
  }, waiting)
  const body = { deliveries: { status: 'delivered' }, repeatDelivered: true, dryRun: false }
  expect(await pick(relays, 1).write('/api/v1/replays', body, asAdmin)).toMatchObject({ status: 202 })
  await delivered(40)
  await vi.waitFor(async () => {
    const { json } = await pick(relays, 2).get('/api/v1/replays', asAdmin)
    expect(json).toMatchObject({ items: [{ status: 'finished' }] })
  }, waiting)
  expect(connector.calls.flat()).toHaveLength(40)
})
