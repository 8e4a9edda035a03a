import { request } from 'node:http'
import { ConnectorError } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { receivedAt } from '../support/incoming.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { seedStore } from '../support/seed-store.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const operator = { authorization: 'Bearer admin-token' }
const viewer = { authorization: 'Bearer viewer-token' }
const json = { 'content-type': 'application/json' }
const writes = [
  '/replays',
  '/destinations/scripted/pause',
  '/destinations/scripted/resume',
  '/deliveries/1/dead',
  '/quarantine/process',
  '/quarantine/1/process',
]

/** What `fetch` does not allow: any `Origin`, `Host` and `Sec-Fetch-Site`. */
function statusOfPost(url: string, headers: Readonly<Record<string, string>>, body = '{}'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end(body)
  })
}

describe('who may write', () => {
  test.each(writes)('%s: no viewer, nobody without a token, no form, no other web page', async (path) => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    const url = `${relay.url}/api/v1${path}`
    expect(await statusOfPost(url, json)).toBe(401)
    expect(await statusOfPost(url, { ...json, ...viewer })).toBe(403)
    expect(await statusOfPost(url, { ...operator, 'content-type': 'text/plain' })).toBe(415)
    expect(await statusOfPost(url, operator)).toBe(415)
    for (const foreign of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await statusOfPost(url, { ...json, ...operator, ...foreign }), JSON.stringify(foreign)).toBe(403)
    }
    expect((await relay.get('/api/v1/audit', operator)).json['items']).toEqual([])
  })

  test('the relay’s own page may, also behind a proxy that speaks TLS', async () => {
    const relay = await startRelay({ adminToken: 'admin-token' })
    const url = `${relay.url}/api/v1/destinations/scripted/resume`
    const own = { ...json, ...operator, 'sec-fetch-site': 'same-origin', host: 'relay.example', origin: 'https://relay.example' }
    expect(await statusOfPost(url, own)).toBe(200)
  })

  test('a body that is too large, no JSON, or has unknown fields is refused', async () => {
    const relay = await startRelay()
    const url = `${relay.url}/api/v1/destinations/scripted/pause`
    expect(await statusOfPost(url, json, `{"reason":"${'x'.repeat(70_000)}"}`)).toBe(413)
    for (const body of ['{', '[]', 'null', '{"why":"x"}', '{"reason":""}', `{"reason":"${'x'.repeat(201)}"}`]) {
      expect(await statusOfPost(url, json, body), body).toBe(400)
    }
    expect(await statusOfPost(url, json, '')).toBe(200)
  })
})

describe('pause and resume', () => {
  test('a paused destination gets nothing, says why, and goes on when it is resumed', async () => {
    const [one, two] = [scriptedConnector(), scriptedConnector()]
    const relay = await startRelay({ destinations: { one, two } })
    expect(await relay.write('/api/v1/destinations/one/pause', { reason: 'Migration.' })).toMatchObject({ status: 200 })
    await relay.post(createWebhookGenerator().next().body)
    await relay.settled(1)
    expect([one.calls.length, two.calls.length]).toEqual([0, 1])
    expect((await relay.get('/api/v1/stats')).json['destinations']).toMatchObject([
      { destination: 'one', pending: 1, lane: { state: 'paused', reason: 'Migration.' } },
      { destination: 'two', lane: { state: 'running' } },
    ])
    await relay.write('/api/v1/destinations/one/resume')
    await relay.settled(2)
    expect(one.calls).toHaveLength(1)
    expect((await relay.get('/api/v1/audit')).json['items']).toMatchObject([
      { actor: 'operator', action: 'resume', subject: 'destination one' },
      { actor: 'operator', action: 'pause', subject: 'destination one' },
    ])
  })

  test('an unknown destination is 404 and not on record', async () => {
    const relay = await startRelay()
    expect((await relay.write('/api/v1/destinations/nowhere/pause')).status).toBe(404)
    expect((await relay.write('/api/v1/destinations/nowhere/resume')).status).toBe(404)
    expect((await relay.get('/api/v1/audit')).json['items']).toEqual([])
  })
})

describe('marking dead', () => {
  test('a delivery that waits becomes a dead letter, is counted by its code, and is sent no more', async () => {
    const one = scriptedConnector()
    const relay = await startRelay({ destinations: { one } })
    await relay.write('/api/v1/destinations/one/pause')
    await relay.post(createWebhookGenerator().next().body)
    expect(await relay.write('/api/v1/deliveries/1/dead', { reason: 'A test order.' })).toMatchObject({
      status: 200,
      json: { status: 'dead', error: { code: 'ERR_MARKED_DEAD', message: 'A test order.' } },
    })
    expect((await relay.write('/api/v1/deliveries/1/dead')).status).toBe(200)
    await relay.write('/api/v1/destinations/one/resume')
    expect((await relay.get('/api/v1/deliveries?status=dead&code=ERR_MARKED_DEAD')).json['items']).toHaveLength(1)
    expect((await relay.get('/api/v1/deliveries?status=dead&code=ERR_REJECTED')).json['items']).toEqual([])
    expect((await relay.get('/api/v1/stats')).json['destinations']).toMatchObject([{ deadByCode: { ERR_MARKED_DEAD: 1 } }])
    expect(one.calls).toEqual([])
    expect((await relay.get('/api/v1/audit?limit=3')).json['items']).toContainEqual(
      expect.objectContaining({ action: 'dead', subject: 'delivery 1' }),
    )
  })

  test('what was delivered, or is being attempted, is 409; what is not there is 404', async () => {
    const one = scriptedConnector()
    const relay = await startRelay({ destinations: { one } })
    one.hold()
    const started = new Promise((resolve) => relay.events.once('batch:started', resolve))
    await relay.post(createWebhookGenerator().next().body)
    await started
    expect(await relay.write('/api/v1/deliveries/1/dead')).toMatchObject({
      status: 409,
      json: { error: { code: 'ERR_CONFLICT' } },
    })
    one.release()
    await relay.settled(1)
    expect((await relay.write('/api/v1/deliveries/1/dead')).status).toBe(409)
    for (const id of ['2', 'x', '-1', '1e3']) expect((await relay.write(`/api/v1/deliveries/${id}/dead`)).status).toBe(404)
  })
})

describe('quarantine', () => {
  const purchase = createWebhookGenerator().next()

  /** A store whose quarantine holds what an older version did not understand. */
  async function withQuarantine(...bodies: readonly string[]): Promise<string> {
    const url = await seedStore({ count: 0, destinations: [], status: 'pending' })
    const store = await openSqliteStore(url.replace('sqlite:', ''), receivedAt)
    for (const body of bodies) {
      const common = { reason: 'ERR_WEBHOOK_UNKNOWN_TYPE', fields: ['type'], signedAt: receivedAt - 1_000, receivedAt }
      await store.quarantine({ ...common, body: Buffer.from(body), bodyHash: body })
    }
    await store.close()
    return url
  }

  test('a webhook that is understood now becomes an event as it was received, and is delivered', async () => {
    const relay = await startRelay({ store: await withQuarantine(purchase.body) })
    expect((await relay.get('/api/v1/quarantine/1')).json).toMatchObject({
      reason: 'ERR_WEBHOOK_UNKNOWN_TYPE',
      body: null,
      signedAt: new Date(receivedAt - 1_000).toISOString(),
    })
    const processed = await relay.write('/api/v1/quarantine/1/process')
    expect(processed).toMatchObject({ status: 200, json: { id: '1', result: 'stored', eventId: purchase.id } })
    await relay.settled(1)
    expect((await relay.get(`/api/v1/events/${purchase.id}`)).json).toMatchObject({
      receivedAt: new Date(receivedAt).toISOString(),
      deliveries: [{ status: 'delivered' }],
    })
    expect((await relay.get('/api/v1/quarantine')).json['items']).toEqual([])
    expect((await relay.write('/api/v1/quarantine/1/process')).status).toBe(404)
    expect((await relay.get('/api/v1/quarantine/1')).status).toBe(404)
  })

  test('one that was waiting for long does not die of its age at the first failure', async () => {
    const one = scriptedConnector()
    const failure = new ConnectorError('ERR_UNAVAILABLE', 'Try later.', { status: 500 })
    one.answer(() => ({ status: 'retry', reason: 'unavailable', error: failure }))
    const clock = createVirtualClock(receivedAt + 29 * 86_400_000)
    const relay = await startRelay({ store: await withQuarantine(purchase.body), destinations: { one } }, { clock })
    const attempted = new Promise((resolve) => relay.events.once('delivery:attempted', resolve))
    await relay.write('/api/v1/quarantine/1/process')
    await clock.advance(1_000)
    await attempted
    expect((await relay.get('/api/v1/deliveries')).json['items']).toMatchObject([{ status: 'pending', attempts: 1 }])
  })

  test('all at once: each result is counted, and what is still not understood stays', async () => {
    const initialized = JSON.stringify({ id: 'i', type: 'connection.initialized', payload: {} })
    const relay = await startRelay({ store: await withQuarantine(purchase.body, `${purchase.body} `, initialized, 'not json') })
    const all = { stored: 1, duplicate: 1, ignored: 1, quarantined: 1, nextCursor: null }
    expect((await relay.write('/api/v1/quarantine/process')).json).toEqual(all)
    expect((await relay.get('/api/v1/quarantine')).json['items']).toMatchObject([{ id: '4' }])
    expect((await relay.write('/api/v1/quarantine/4/process')).json).toMatchObject({
      result: 'quarantined',
      reason: 'ERR_WEBHOOK_NOT_JSON',
    })
    expect((await relay.get('/api/v1/audit')).json['items']).toMatchObject([
      { action: 'process', subject: 'quarantined webhook 4' },
      { action: 'process', subject: 'quarantined webhooks' },
    ])
  })

  test('many are processed in parts', async () => {
    const bodies = Array.from({ length: 5 }, (_, index) => `not json ${index}`)
    const relay = await startRelay({ store: await withQuarantine(...bodies) })
    const first = await relay.write('/api/v1/quarantine/process', { limit: 3 })
    expect(first.json).toMatchObject({ quarantined: 3, nextCursor: '3' })
    const second = await relay.write('/api/v1/quarantine/process', { limit: 3, cursor: '3' })
    expect(second.json).toMatchObject({ quarantined: 2, nextCursor: null })
  })
})
