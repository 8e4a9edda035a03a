import { once } from 'node:events'
import type { MockSubtotal } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock/clock.ts'
import type { RelayConfig } from '../../src/config/relay-config.ts'
import { quickApi, subtotalKey } from '../support/quick-api.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { Answer, TestRelay } from '../support/start-relay.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { startSubtotal } from '../support/start-subtotal.ts'

const person = { customerId: 'customer-1', email: 'robin@shoppers.example', mobile: '+12025550123' }

async function start(config: Partial<RelayConfig> = {}) {
  const { subtotal, api } = await startSubtotal()
  const one = scriptedConnector()
  const relay = await startRelay({ destinations: { one }, subtotal: api, ...config })
  return { subtotal, relay, one }
}

/** Asks for an import and waits until it has ended. */
async function run(relay: TestRelay, body: object): Promise<Answer['json']> {
  const done = finished(relay)
  const { json, status } = await relay.write('/api/v1/imports', body)
  expect(status).toBe(202)
  await done
  return (await relay.get(`/api/v1/imports/${json['id']}`)).json
}

function finished(relay: TestRelay): Promise<unknown> {
  return once(relay.events, 'import:finished', { signal: AbortSignal.timeout(30_000) })
}

/** Its answers from now on: asked for `path`, in the place of the true one. */
function answer(subtotal: MockSubtotal, path: RegExp, status: number, body: unknown = { detail: 'No.' }): void {
  subtotal.disturb((request) => (path.test(request.path) ? { status, body } : undefined))
}

function fetches(subtotal: MockSubtotal): number {
  return subtotal.requests.filter(({ path }) => path.startsWith('/purchases/')).length
}

describe('imports', () => {
  test('every purchase of a connection is delivered once, marked historical, and known afterwards', async () => {
    const { subtotal, relay, one } = await start()
    const { id } = subtotal.link(person)
    const purchases = subtotal.addPurchases(id, 120, { everyMs: 60_000 })
    expect(await run(relay, { connection: id })).toMatchObject({
      status: 'finished',
      source: 'connections',
      connections: { total: 1, done: 1, refused: 0 },
      pages: 3,
      purchases: { seen: 120, new: 120, known: 0, refused: 0 },
    })
    await relay.settled(120)
    expect(one.calls.flat().toSorted()).toEqual(purchases.map((purchase) => purchase.id).toSorted())
    const { json } = await relay.get(`/api/v1/events/${purchases[0]?.id}?reveal=true`)
    expect(json['event']).toMatchObject({
      isHistorical: true,
      customer: { id: person.customerId, email: person.email, mobile: person.mobile },
      connection: { id, retailer: 'walmart' },
      purchase: { date: purchases[0]?.date, items: expect.arrayContaining([expect.anything()]) },
    })

    const before = fetches(subtotal)
    expect(await run(relay, { connection: id })).toMatchObject({ purchases: { new: 0, known: 120 } })
    expect(fetches(subtotal)).toBe(before)
    expect(one.calls.flat()).toHaveLength(120)
  })

  test('a dry run counts, reads no purchase whole and stores nothing', async () => {
    const { subtotal, relay } = await start()
    const { id } = subtotal.link(person)
    subtotal.addPurchases(id, 60)
    await run(relay, { connection: id, since: new Date(Date.now() - 10.5 * 86_400_000).toISOString() })
    await relay.settled(11)
    const before = fetches(subtotal)
    expect(await run(relay, { customer: 'customer-1', dryRun: true })).toMatchObject({
      dryRun: true,
      source: 'customer',
      purchases: { seen: 60, new: 49, known: 11 },
    })
    expect(fetches(subtotal)).toBe(before)
    expect((await relay.get('/api/v1/stats')).json['events']).toBe(11)
  })

  test('a webhook and an import of one purchase are one delivery, whoever comes first', async () => {
    const { subtotal, relay, one } = await start()
    subtotal.addWebhook({ url: `${relay.url}/webhooks/subtotal`, signingSecret })
    const { id } = subtotal.link(person)
    await subtotal.idle()
    const purchases = subtotal.addPurchases(id, 100, { everyMs: 60_000 })
    const done = finished(relay)
    await relay.write('/api/v1/imports', { connection: id })
    for (const purchase of purchases) {
      subtotal.announce(purchase.id)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([done, subtotal.idle()])
    await relay.settled(101)
    const { json } = await relay.get('/api/v1/imports/1')
    expect(json).toMatchObject({ purchases: { seen: 100, refused: 0 } })
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 101, destinations: [{ delivered: 101 }] })
    expect(subtotal.attempts.every(({ status }) => status === 202)).toBe(true)
    expect(new Set(one.calls.flat()).size).toBe(101)
    expect(one.calls.flat()).toHaveLength(101)
  })

  test('only what lies in the period, and only to the destinations that are named', async () => {
    const { subtotal, api } = await startSubtotal()
    const [one, two] = [scriptedConnector(), scriptedConnector()]
    const relay = await startRelay({ destinations: { one, two }, subtotal: api })
    const { id } = subtotal.link(person)
    const purchases = subtotal.addPurchases(id, 120, { newestAt: Date.parse('2026-06-30T12:00:00Z') })
    const asked = { connection: id, since: '2026-06-01', until: '2026-06-10', destinations: ['two'] }
    expect(await run(relay, asked)).toMatchObject({ destinations: ['two'], pages: 1, purchases: { seen: 10, new: 10 } })
    await relay.settled(10)
    const expected = purchases.filter(({ date }) => date >= '2026-06-01' && date < '2026-06-11').map((purchase) => purchase.id)
    expect(two.calls.flat().toSorted()).toEqual(expected.toSorted())
    expect(one.calls).toEqual([])
  })

  test('an unknown connection and a customer without any are reported, and the rest is done', async () => {
    const { subtotal, relay } = await start()
    const { id } = subtotal.link(person)
    subtotal.addPurchases(id, 3)
    const unknown = '01KUNKNOWN0000000000000000'
    expect(await run(relay, { connections: [unknown, id] })).toMatchObject({
      status: 'finished',
      connections: { total: 2, done: 2, refused: 1 },
      purchases: { new: 3 },
      refusals: [{ code: 'ERR_SUBTOTAL_NOT_FOUND', count: 1, message: expect.stringContaining('knows no such connection') }],
      firstRefused: [{ connection: unknown, purchase: null, code: 'ERR_SUBTOTAL_NOT_FOUND' }],
    })
    expect(await run(relay, { customer: 'nobody@example.com' })).toMatchObject({
      connections: { total: 0, refused: 1 },
      refusals: [{ code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'Subtotal knows no connection of this customer.' }],
    })
    const shown = await relay.get('/api/v1/imports')
    expect(`${shown.text}${(await relay.get('/api/v1/audit')).text}${JSON.stringify(relay.log)}`).not.toContain('nobody@')
  })

  test('purchases that are gone or not as documented are refused by name, and the rest is done', async () => {
    const { subtotal, relay } = await start()
    const { id } = subtotal.link(person)
    const [first, second, third] = subtotal.addPurchases(id, 3)
    subtotal.disturb(({ path }) => {
      if (path.includes(`/purchases/${first?.id}`)) return { status: 404, body: { detail: 'Not found' } }
      if (path.includes(`/purchases/${second?.id}`)) return { status: 200, body: { purchase: 'robin@shoppers.example' } }
      return undefined
    })
    const ended = await run(relay, { connection: id })
    expect(ended).toMatchObject({ status: 'finished', purchases: { seen: 3, new: 1, refused: 2 } })
    expect(ended['firstRefused']).toEqual(
      expect.arrayContaining([
        { connection: id, purchase: first?.id, code: 'ERR_SUBTOTAL_NOT_FOUND' },
        { connection: id, purchase: second?.id, code: 'ERR_SUBTOTAL_UNREADABLE' },
      ]),
    )
    expect(JSON.stringify(ended)).not.toContain('robin')

    subtotal.disturb(undefined)
    expect(await run(relay, { connection: id })).toMatchObject({ purchases: { new: 2, known: 1, refused: 0 } })
    await relay.settled(3)
    expect((await relay.get(`/api/v1/events/${third?.id}`)).status).toBe(200)
  })

  test('a list that is not as documented refuses the connection, in a sentence', async () => {
    const { subtotal, relay } = await start()
    const { id } = subtotal.link(person)
    answer(subtotal, /^\/(connections\/[^/]+\/)?purchases/, 200, { purchases: 'none' })
    expect(await run(relay, { connection: id })).toMatchObject({
      connections: { refused: 1 },
      refusals: [{ code: 'ERR_SUBTOTAL_UNREADABLE', message: expect.stringMatching(/^.+: .*\.$/) }],
    })
  })

  test.each([
    ['a revoked key', 'ERR_SUBTOTAL_CREDENTIALS', (subtotal: MockSubtotal) => subtotal.revokeKey()],
    ['a missing scope', 'ERR_SUBTOTAL_SCOPE', (subtotal: MockSubtotal) => subtotal.setScopes(['connections:read'])],
  ])('%s holds it with a sentence, and it resumes by command where it was', async (_name, code, cause) => {
    const { subtotal, relay, one } = await start()
    const { id } = subtotal.link(person)
    subtotal.addPurchases(id, 80)
    const held = once(relay.events, 'import:held', { signal: AbortSignal.timeout(30_000) })
    relay.events.once('import:advanced', () => cause(subtotal))
    const done = finished(relay)
    await relay.write('/api/v1/imports', { connection: id })
    await held
    const { json, text } = await relay.get('/api/v1/imports/1')
    expect(json).toMatchObject({ status: 'held', purchases: { new: 50 }, held: { code, message: expect.stringMatching(/\.$/) } })
    expect(text).not.toContain(subtotalKey)
    expect((await relay.get('/metrics')).text).toContain('relay_imports_held 1')

    subtotal.restoreKey()
    subtotal.setScopes(['connections:read', 'purchases:brand_products'])
    expect((await relay.write('/api/v1/imports/1/resume')).status).toBe(200)
    await done
    await relay.settled(80)
    expect((await relay.get('/api/v1/imports/1')).json).toMatchObject({ status: 'finished', held: null, purchases: { new: 80 } })
    expect(one.calls.flat()).toHaveLength(80)
    expect((await relay.get('/metrics')).text).toContain('relay_imports_held 0')
  })

  test('failures that pass are waited out: a 500 and a 429 lose nothing', async () => {
    const { subtotal, relay, one } = await start()
    const { id } = subtotal.link(person)
    subtotal.addPurchases(id, 100)
    let count = 0
    subtotal.disturb(() => {
      count += 1
      if (count === 20) return { status: 500, body: { detail: 'Oh no.' } }
      if (count === 100) return { status: 429, headers: { 'retry-after': '1' }, body: {} }
      return undefined
    })
    expect(await run(relay, { connection: id })).toMatchObject({ purchases: { new: 100, refused: 0 } })
    await relay.settled(100)
    expect(one.calls.flat()).toHaveLength(100)
  })

  test('a cancelled import reads nothing more', async () => {
    const { subtotal, relay } = await start()
    const { id } = subtotal.link(person)
    subtotal.addPurchases(id, 150)
    relay.events.once('import:advanced', () => subtotal.revokeKey())
    const held = once(relay.events, 'import:held', { signal: AbortSignal.timeout(30_000) })
    await relay.write('/api/v1/imports', { connection: id })
    await held
    expect((await relay.write('/api/v1/imports/1/cancel')).json).toMatchObject({ status: 'cancelled', purchases: { new: 50 } })
    expect((await relay.write('/api/v1/imports/1/resume')).status).toBe(409)
    expect((await relay.write('/api/v1/imports/9/cancel')).status).toBe(404)
    await relay.settled(50)
    expect((await relay.get('/api/v1/audit')).json['items']).toMatchObject([
      { action: 'cancel', subject: 'import 1' },
      { action: 'import', subject: 'import 1: 1 connection' },
    ])
  })

  test('what was missed while the relay was away is found, whenever it was bought, and the past before it is left alone', async () => {
    const hour = 3_600_000
    let offset = -100 * hour
    const clock = { ...systemClock, now: () => Date.now() + offset }
    const { subtotal, api } = await startSubtotal({ clock })
    const config = { destinations: { one: scriptedConnector() } }
    const { id } = subtotal.link(person)
    const [past] = subtotal.addPurchases(id, 1)
    offset = -60 * hour
    const first = await startRelay({ ...config, subtotal: api }, { clock, now: () => clock.now() })
    subtotal.addWebhook({ url: `${first.url}/webhooks/subtotal`, signingSecret })
    const received = subtotal.purchase(id)
    await subtotal.idle()
    await first.settled(1)
    await first.stop()

    offset = -30 * hour
    const [missed] = subtotal.addPurchases(id, 1)
    const [old] = subtotal.addPurchases(id, 1, { newestAt: clock.now() - 9_000 * hour })
    offset = 0
    const one = scriptedConnector()
    const relay = await startRelay(
      { destinations: { one }, store: first.config.store, subtotal: quickApi(subtotal.url) },
      { clock, now: () => clock.now() },
    )
    const ended = await run(relay, { missed: true })
    expect(ended).toMatchObject({ source: 'missed', purchases: { seen: 3, new: 2, known: 1 } })
    const since = Date.parse(String(ended['since']))
    expect(Math.abs(since - (Date.parse(received.date) - 17 * hour - 35 * 60_000))).toBeLessThan(60_000)
    await relay.settled(2)
    expect(new Set(one.calls.flat())).toEqual(new Set([missed?.id, old?.id]))
    const isHistorical = async (eventId = '') =>
      (await relay.get(`/api/v1/events/${eventId}`)).text.includes('"isHistorical":true')
    expect([await isHistorical(missed?.id), await isHistorical(old?.id)]).toEqual([false, true])
    expect((await relay.get(`/api/v1/events/${past?.id}`)).status).toBe(404)
    expect(await run(relay, { missed: true, dryRun: true })).toMatchObject({ purchases: { new: 0, known: 3 } })
  })

  test('without a gap nothing was missed, and that is said', async () => {
    const { relay } = await start()
    expect(await relay.write('/api/v1/imports', { missed: true })).toMatchObject({
      status: 200,
      json: { result: 'nothing_missed', message: expect.stringContaining('Give "since" to look anyway') },
    })
    expect((await relay.get('/api/v1/imports')).json['items']).toEqual([])
  })

  test.each([
    [{}, 'Give one of "customer", "connection", "connections" and "missed".'],
    [{ customer: 'a', connection: 'b' }, 'Give one of'],
    [{ connections: [] }, '"connections" is wrong'],
    [{ connection: 'c', since: 'yesterday' }, '"since" is wrong: must be a date or a time as ISO 8601'],
    [{ connection: 'c', since: '2026-02-30' }, '"since" is wrong'],
    [{ connection: 'c', since: '2026-02-02', until: '2026-02-01' }, '"until" is before "since".'],
    [{ connection: 'c', destinations: ['elsewhere'] }, '"destinations" must be among one.'],
    [{ connection: 'c', colour: 'red' }, 'The body has a field that is not known.'],
    [[], 'The body must be a JSON object.'],
  ])('%j is refused in a sentence', async (body, said) => {
    const { relay } = await start()
    const { status, json } = await relay.write('/api/v1/imports', body)
    expect(status).toBe(400)
    expect(json['error']).toMatchObject({ code: 'ERR_BAD_REQUEST', message: expect.stringContaining(said) })
  })

  test('20,000 connections can be asked for at once, and not more', async () => {
    const { subtotal, relay } = await start()
    subtotal.revokeKey()
    const connections = Array.from({ length: 20_000 }, (_, index) => `01KCONNECTION${String(index).padStart(13, '0')}`)
    expect((await relay.write('/api/v1/imports', { connections: [...connections, 'one-more'] })).status).toBe(400)
    expect(await relay.write('/api/v1/imports', { connections })).toMatchObject({
      status: 202,
      json: { connections: { total: 20_000 } },
    })
  })

  test('without a key it is refused in a sentence; a viewer may look', async () => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    const body = { connection: 'c' }
    expect(await relay.write('/api/v1/imports', body, { authorization: 'Bearer admin-token' })).toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('set SUBTOTAL_API_KEY') } },
    })
    const viewer = { authorization: 'Bearer viewer-token' }
    for (const path of ['/api/v1/imports', '/api/v1/imports/1/resume', '/api/v1/imports/1/cancel']) {
      expect((await relay.write(path, {}, viewer)).status).toBe(403)
    }
    expect((await relay.get('/api/v1/imports', viewer)).status).toBe(200)
    expect((await relay.get('/api/v1/imports/1', viewer)).status).toBe(404)
  })
})
