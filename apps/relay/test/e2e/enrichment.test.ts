import { once } from 'node:events'
import { join } from 'node:path'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { MockRequest, SubtotalEra } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { runInProcess } from '../run-in-process.ts'
import { quickApi, subtotalKey } from '../support/quick-api.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { startRelayWithSubtotal } from '../support/start-relay-with-subtotal.ts'
import { startSubtotal } from '../support/start-subtotal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const robin = { customerId: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100', retailer: 'target' }
const eras: readonly SubtotalEra[] = ['A', 'B', 'C', 'D', 'E']

const byText = (one: string, other: string) => one.localeCompare(other)

function purchaseOf(event: SubtotalEvent | undefined) {
  if (event?.type !== 'purchase.created') throw new Error('No purchase.')
  return event.purchase
}

function counted(requests: readonly MockRequest[], path: RegExp): number {
  return requests.filter((request) => request.method === 'GET' && path.test(request.path)).length
}

async function enrichmentOf(relay: TestRelay): Promise<unknown> {
  return (await relay.get('/api/v1/stats')).json['enrichment']
}

describe.each(eras)('webhooks and answers of era %s', (era) => {
  test('a purchase with ids alone, and one without items, arrive whole at every destination, fetched once', async () => {
    const { subtotal } = await startSubtotal({ era })
    const { relay, arrived, postLast } = await startRelayWithSubtotal(subtotal)
    const { id: connectionId } = subtotal.link({ ...robin, isSimulated: era === 'E' })
    for (const content of ['ids', 'no_items'] as const) {
      const { id } = subtotal.purchase(connectionId, { content })
      const settled = relay.settled(content === 'ids' ? 2 : 4)
      expect(await postLast()).toBe(202)
      await settled
      const whole = await quickApi(subtotal.url).purchases.get(id, { connectionId })
      expect(whole.items.length).toBeGreaterThan(0)
      for (const destination of ['one', 'two'] as const) expect(purchaseOf(arrived[destination].at(-1))).toEqual(whole)
    }
    // Twice by the relay and twice above.
    expect(counted(subtotal.requests, /^\/purchases\//)).toBe(4)
    // Connections have had an email and a mobile since late 2025.
    const { mobile, email } = era === 'A' || era === 'B' ? { mobile: null, email: null } : robin
    for (const event of arrived.one) expect(event.customer).toEqual({ id: 'robin', email, mobile })
    if (era === 'E') expect(arrived.one.map((event) => event.isSimulated)).toEqual([true, true])
    await relay.stop()
  })
})

describe('an event without email or mobile', () => {
  test('gets what its connection has at Subtotal', async () => {
    const { subtotal } = await startSubtotal()
    const { relay, arrived } = await startRelayWithSubtotal(subtotal)
    const { id } = subtotal.link(robin)
    const connection = {
      connection_id: id,
      customer_id: 'robin',
      retailer_id: 'target',
      email: null,
      mobile: null,
      status: 'active',
    }
    await relay.post(JSON.stringify({ type: 'connection.activated', id: '01KFJSR44CPH867805V8GJ9VCY', payload: { connection } }))
    await relay.settled(2)
    expect(arrived.one).toMatchObject([
      { type: 'account.connected', customer: { id: 'robin', email: robin.email, mobile: robin.mobile } },
    ])
  })

  test('goes out as it is when the connection has none, or when contacts are not fetched', async () => {
    const { subtotal } = await startSubtotal()
    const { relay, arrived, postLast } = await startRelayWithSubtotal(subtotal)
    subtotal.link({ customerId: 'robin' })
    await postLast()
    await relay.settled(2)
    expect(arrived.one).toMatchObject([{ customer: { id: 'robin', email: null, mobile: null } }])

    const before = subtotal.requests.length
    const without = await startRelayWithSubtotal(subtotal, { enrichment: { purchases: true, contacts: false } })
    await without.postLast()
    await without.relay.settled(2)
    expect(subtotal.requests.length).toBe(before)
  })
})

describe('while Subtotal fails', () => {
  test('of 300 purchases, with 1 % 500s, 429s and 404s, each arrives once and whole, or is a dead letter', async () => {
    const { subtotal } = await startSubtotal({ purchaseContent: 'ids' })
    let calling = 0
    const clock = createVirtualClock(Date.now(), () => calling > 0)
    const client = quickApi(subtotal.url)
    const counting = async <Value>(call: Promise<Value>): Promise<Value> => {
      calling += 1
      return call.finally(() => {
        calling -= 1
      })
    }
    const api = {
      ...client,
      purchases: {
        ...client.purchases,
        get: (...args: Parameters<typeof client.purchases.get>) => counting(client.purchases.get(...args)),
      },
      connections: {
        ...client.connections,
        get: (...args: Parameters<typeof client.connections.get>) => counting(client.connections.get(...args)),
      },
    }
    const { relay, arrived } = await startRelayWithSubtotal(subtotal, { subtotal: api }, { clock, random: () => 0 })
    const connections = Array.from({ length: 40 }, (_none, index) => subtotal.link({ ...robin, customerId: `customer-${index}` }))
    const purchases = Array.from({ length: 300 }, (_none, index) => subtotal.purchase(connections[index % 40]?.id ?? ''))
    const gone = new Set(purchases.filter((_purchase, index) => index % 100 === 7).map(({ id }) => id))
    let requests = 0
    subtotal.disturb(({ path }) => {
      requests += 1
      if (gone.has(path.replace('/purchases/', ''))) return { status: 404, body: { detail: 'Not found' } }
      if (requests % 100 === 50) return { status: 500, body: 'oh no' }
      if (requests % 100 === 80) return { status: 429, headers: { 'retry-after': '0' } }
      return undefined
    })
    const bodies = subtotal.events.filter(({ type }) => type === 'purchase.created').map(({ body }) => body)
    await Promise.all(bodies.map(async (body) => expect((await relay.post(body)).status).toBe(202)))
    for (let minutes = 0; minutes < 30 && calling + (await waiting(relay)) > 0; minutes += 1) await clock.advance(60_000)
    await clock.advance(1_000)

    const wanted = purchases.map(({ id }) => id).filter((id) => !gone.has(id))
    for (const destination of ['one', 'two'] as const) {
      expect(arrived[destination].map((event) => purchaseOf(event).id).toSorted(byText)).toEqual(wanted.toSorted(byText))
      for (const event of arrived[destination]) {
        expect(purchaseOf(event).items.length).toBeGreaterThan(0)
        expect(event.customer).toMatchObject({ email: robin.email, mobile: robin.mobile })
      }
    }
    const { json } = await relay.get('/api/v1/deliveries?status=dead&code=ERR_SUBTOTAL_NOT_FOUND&limit=500')
    expect(json['items']).toHaveLength(2 * gone.size)
    expect(counted(subtotal.requests, /^\/connections\//)).toBeLessThan(60)
    expect(JSON.stringify(relay.log)).not.toMatch(/robin|\+1555555|never-shown/)
  }, 60_000)

  test('a revoked key holds what needs it, tells everybody, delays nothing else, and all goes on when it works again', async () => {
    const { subtotal } = await startSubtotal({ purchaseContent: 'ids' })
    const clock = createVirtualClock(Date.now())
    const { relay, arrived, postLast } = await startRelayWithSubtotal(subtotal, {}, { clock })
    const { id } = subtotal.link(robin)
    await postLast()
    await clock.advance(1_000)
    subtotal.revokeKey()
    const blocked = once(relay.events, 'enrichment:changed')
    subtotal.purchase(id)
    expect(await postLast()).toBe(202)
    await clock.advance(100)
    await blocked

    const state = { state: 'blocked', waiting: 1 }
    expect((await relay.get('/readyz')).json).toMatchObject({
      status: 'ready',
      enrichment: { ...state, reason: 'ERR_SUBTOTAL_CREDENTIALS' },
      lanes: { one: { state: 'running' } },
    })
    expect(await enrichmentOf(relay)).toMatchObject({ ...state, code: 'ERR_SUBTOTAL_CREDENTIALS', reason: expect.any(String) })
    const { text } = await relay.get('/metrics')
    expect(text).toContain('relay_enrichments_waiting 1')
    expect(text).toContain('relay_enrichment_state{state="blocked"} 1')
    expect(text).toMatch(/relay_subtotal_call_seconds_count\{call="purchase",code="ERR_SUBTOTAL_CREDENTIALS"\} 1/)
    expect(text).not.toContain(subtotalKey)

    const told = await runInProcess(['stats'], { cwd: temporaryFolder(), env: { RELAY_URL: relay.url } })
    expect(told.stdout).toContain('1 wait to be completed from Subtotal (blocked: ')

    subtotal.unlink(id)
    await postLast()
    await clock.advance(1_000)
    expect(arrived.one.map((event) => event.type)).toEqual(['account.connected', 'account.disconnected'])

    subtotal.restoreKey()
    const running = once(relay.events, 'enrichment:finished')
    await clock.advance(300_000)
    await running
    await clock.advance(1_000)
    expect(arrived.one.map((event) => event.type)).toContain('purchase.created')
    expect(await enrichmentOf(relay)).toMatchObject({ state: 'running', waiting: 0, oldestSince: null })
  })

  test('a call that hangs keeps no webhook waiting for its 202, and nothing that needs no call', async () => {
    const { subtotal } = await startSubtotal()
    const { relay, arrived, postLast } = await startRelayWithSubtotal(subtotal)
    subtotal.fail({ kind: 'hang' }, { times: Number.POSITIVE_INFINITY })
    const { id } = subtotal.link(robin)
    await postLast()
    for (let count = 0; count < 20; count += 1) {
      subtotal.purchase(id, { content: 'ids' })
      expect(await postLast()).toBe(202)
    }
    subtotal.purchase(id)
    await postLast()
    await relay.settled(4)
    expect(arrived.one.map((event) => event.type)).toEqual(['account.connected', 'purchase.created'])
    expect(await enrichmentOf(relay)).toMatchObject({ waiting: 20 })
  })
})

describe('without an API key', () => {
  test('what can be delivered is; the rest are dead letters, and a replay with a key fetches them', async () => {
    const { subtotal } = await startSubtotal()
    const store = `sqlite:${join(temporaryFolder(), 'relay.db')}`
    const { id } = subtotal.link(robin)
    subtotal.purchase(id, { content: 'no_items' })
    subtotal.purchase(id, { content: 'ids' })
    const one = scriptedConnector()
    const first = await startRelay({ store, destinations: { one } })
    const dead = once(first.events, 'enrichment:finished')
    for (const { body } of subtotal.events) await first.post(body)
    await Promise.all([dead, first.settled(2)])
    const { json } = await first.get('/api/v1/deliveries?status=dead')
    expect(json['items']).toMatchObject([
      { attempts: 0, error: { code: 'ERR_ENRICHMENT_OFF', message: expect.stringContaining('Set SUBTOTAL_API_KEY') } },
    ])
    expect((await first.get('/readyz')).json).toMatchObject({ enrichment: { state: 'off', waiting: 0 } })
    expect((await first.get('/metrics')).text).toContain(
      'relay_dead_letters_total{destination="one",reason="ERR_ENRICHMENT_OFF"} 1',
    )
    await first.stop()

    const arrived: SubtotalEvent[] = []
    one.answer((event) => {
      arrived.push(event)
      return { status: 'delivered' }
    })
    const second = await startRelay({ store, destinations: { one }, subtotal: quickApi(subtotal.url) })
    const settled = second.settled(1)
    await second.write('/api/v1/replays', { deliveries: { code: 'ERR_ENRICHMENT_OFF' }, dryRun: false })
    await settled
    expect(purchaseOf(arrived[0]).items.length).toBeGreaterThan(0)
    expect(arrived).toHaveLength(1)
  })
})

async function waiting(relay: TestRelay): Promise<number> {
  const { json } = await relay.get('/readyz')
  const { enrichment } = json
  if (typeof enrichment !== 'object' || enrichment === null || !('waiting' in enrichment)) return 0
  return Number(enrichment.waiting)
}
