import { request } from 'node:http'
import { ConnectorError } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const operator = { authorization: 'Bearer admin-token' }
const viewer = { authorization: 'bearer viewer-token' }

async function withEvents(config: Parameters<typeof startRelay>[0] = {}, count = 9): Promise<TestRelay> {
  const relay = await startRelay(config)
  const generator = createWebhookGenerator()
  for (let index = 0; index < count; index += 1) await relay.post(generator.next().body)
  await relay.settled(count)
  return relay
}

/** What `fetch` does not allow: any `Host`. */
function statusFor(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/api/v1/stats`, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}

describe('who may ask', () => {
  test('without a token, the machine itself alone', async () => {
    const relay = await startRelay()
    expect(await statusFor(relay.url, {})).toBe(200)
    expect(await statusFor(relay.url, { host: 'localhost:8080' })).toBe(200)
    expect(await statusFor(relay.url, { host: '[::1]:8080' })).toBe(200)
    for (const host of ['relay.example', 'localhost.example', '127.0.0.1.example', '10.0.0.1:8080']) {
      expect(await statusFor(relay.url, { host }), host).toBe(403)
    }
  })

  test.each([
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'via',
    'x-forwarded-host',
    'x-forwarded-port',
    'cf-connecting-ip',
    'true-client-ip',
  ])('without a token, not through a proxy that sends %s', async (name) => {
    const relay = await startRelay()
    const answer = await relay.get('/api/v1/stats', { [name]: '127.0.0.1' })
    expect(answer).toMatchObject({
      status: 403,
      json: { error: { code: 'ERR_FORBIDDEN', message: expect.stringContaining('RELAY_ADMIN_TOKEN') } },
    })
  })

  test('with a token, whoever has it, from anywhere', async () => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    expect(await statusFor(relay.url, { ...operator, host: 'relay.example', 'x-forwarded-for': '10.0.0.1' })).toBe(200)
    expect(await statusFor(relay.url, viewer)).toBe(200)
    for (const authorization of ['', 'Bearer', 'Bearer wrong', 'Basic admin-token', 'admin-token', 'Bearer admin-token x']) {
      expect(await statusFor(relay.url, { authorization }), authorization).toBe(401)
    }
    expect((await relay.get('/api/v1/stats?token=admin-token')).status).toBe(401)
  })

  test('health and metrics need no token', async () => {
    const relay = await startRelay({ adminToken: 'admin-token' })
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await relay.get(path)).status).toBe(200)
  })
})

describe('people’s data', () => {
  test('it is masked unless an operator asks for it, and the asking is on record', async () => {
    const relay = await withEvents({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    const { json } = await relay.get('/api/v1/events?type=profile.created', viewer)
    expect(json['items']).toMatchObject([
      {
        event: {
          customer: { email: '***', mobile: '***' },
          profile: { first_name: '***', last_name: '***', email: '***', postal_code: '***' },
        },
      },
    ])
    const revealed = await relay.get('/api/v1/events?type=profile.created&reveal=true', operator)
    expect(revealed.text).not.toContain('***')
    expect((await relay.get('/api/v1/audit', viewer)).json['items']).toMatchObject([
      { actor: 'operator', action: 'reveal', subject: 'events' },
    ])
  })

  test('a viewer may not reveal it', async () => {
    const relay = await withEvents({ adminToken: 'admin-token', viewerToken: 'viewer-token' }, 1)
    for (const path of ['/events', '/quarantine']) {
      expect((await relay.get(`/api/v1${path}?reveal=true`, viewer)).status, path).toBe(403)
    }
    expect((await relay.get('/api/v1/audit', viewer)).json['items']).toEqual([])
  })

  test('a quarantined body is shown to an operator who asks for it alone', async () => {
    const relay = await startRelay({ adminToken: 'admin-token' })
    await relay.post('robin@shoppers.example')
    expect((await relay.get('/api/v1/quarantine', operator)).json['items']).toMatchObject([{ body: null, bytes: 22 }])
    expect((await relay.get('/api/v1/quarantine?reveal=true', operator)).json['items']).toMatchObject([
      { body: 'robin@shoppers.example' },
    ])
  })

  test('answers are not kept by caches', async () => {
    const relay = await startRelay()
    expect((await relay.get('/api/v1/stats')).headers.get('cache-control')).toBe('no-store')
  })
})

describe('lists', () => {
  test('pages run from the newest to the oldest', async () => {
    const relay = await withEvents({}, 7)
    const seen: unknown[] = []
    let path: string | undefined = '/api/v1/deliveries?limit=3'
    let pages = 0
    while (path !== undefined) {
      const { json } = await relay.get(path)
      if (Array.isArray(json['items'])) seen.push(...json['items'].map((item: { id: string }) => Number(item.id)))
      path = typeof json['nextCursor'] === 'string' ? `/api/v1/deliveries?limit=3&cursor=${json['nextCursor']}` : undefined
      pages += 1
    }
    expect(pages).toBe(3)
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  test('a delivery says what became of it', async () => {
    const relay = await withEvents({}, 1)
    expect((await relay.get('/api/v1/deliveries')).json).toMatchObject({
      items: [
        {
          id: '1',
          eventType: 'account.connected',
          destination: 'scripted',
          status: 'delivered',
          attempts: 1,
          dueAt: null,
          settledAt: expect.stringMatching(/^\d{4}-.*Z$/),
          error: null,
        },
      ],
      nextCursor: null,
    })
  })

  test('an event shows its deliveries with their failed attempts', async () => {
    const connector = scriptedConnector()
    connector.answer(() => ({ status: 'rejected', error: new ConnectorError('ERR_REJECTED', 'No such field.', { status: 400 }) }))
    const relay = await withEvents({ destinations: { one: connector } }, 1)
    const { json: list } = await relay.get('/api/v1/deliveries?status=dead')
    const id = Array.isArray(list['items']) ? String(list['items'][0].eventId) : ''
    const { json } = await relay.get(`/api/v1/events/${id}`)
    expect(json).toMatchObject({
      event: { id },
      receivedAt: expect.stringMatching(/Z$/),
      deliveries: [
        {
          destination: 'one',
          status: 'dead',
          error: { code: 'ERR_REJECTED', message: 'No such field.' },
          failedAttempts: [
            { number: 1, outcome: 'rejected', code: 'ERR_REJECTED', status: 400, at: expect.stringMatching(/Z$/) },
          ],
        },
      ],
    })
  })

  test('an unknown event is 404', async () => {
    const relay = await startRelay()
    expect((await relay.get('/api/v1/events/nothing')).status).toBe(404)
  })

  test.each([
    'status=lost',
    'status=',
    'status=dead&status=pending',
    'destination=nowhere',
    'type=refund.created',
    'limit=0',
    'limit=501',
    'limit=ten',
    'limit=1e1',
    'cursor=x',
    'cursor=0',
    'reveal=yes',
    'colour=red',
    '__proto__=x',
    'customer=',
  ])('%s is 400', async (query) => {
    const relay = await startRelay()
    expect(await relay.get(`/api/v1/deliveries?${query}`)).toMatchObject({
      status: 400,
      json: { error: { code: 'ERR_BAD_REQUEST' } },
    })
  })

  test('a customer is found by id', async () => {
    const relay = await withEvents({}, 9)
    const { json } = await relay.get('/api/v1/events?limit=1')
    const customer = Array.isArray(json['items']) ? String(json['items'][0].event.customer.id) : ''
    const found = await relay.get(`/api/v1/deliveries?customer=${customer}`)
    expect(found.json['items']).not.toEqual([])
    expect((await relay.get('/api/v1/deliveries?customer=nobody')).json['items']).toEqual([])
  })

  test('a destination that is no longer configured can still be searched, and is seen in the counts', async () => {
    const relay = await withEvents({}, 2)
    await relay.stop()
    const again = await startRelay({ ...relay.config, destinations: { other: scriptedConnector() } })
    expect((await again.get('/api/v1/deliveries?destination=scripted')).json['items']).toHaveLength(2)
    expect((await again.get('/api/v1/stats')).json['destinations']).toMatchObject([
      { destination: 'other', lane: { state: 'running' } },
      { destination: 'scripted', delivered: 2, lane: null },
    ])
  })
})

describe('health', () => {
  test('a relay is ready whatever its lanes do, and names them', async () => {
    const connector = scriptedConnector()
    connector.answer(() => ({ status: 'blocked', error: new ConnectorError('ERR_CREDENTIALS', 'The key is refused.') }))
    const relay = await startRelay({ destinations: { one: connector } })
    const blocked = new Promise((resolve) => relay.events.once('lane:changed', resolve))
    await relay.post(createWebhookGenerator().next().body)
    await blocked
    expect(await relay.get('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ready', quarantined: 0, lanes: { one: { state: 'blocked', reason: 'ERR_CREDENTIALS' } } },
    })
    expect((await relay.get('/readyz')).text).not.toContain('The key')
    expect((await relay.get('/api/v1/stats')).json['destinations']).toMatchObject([
      { lane: { state: 'blocked', reason: 'The key is refused.', code: 'ERR_CREDENTIALS' } },
    ])
    expect(relay.log).toContainEqual(expect.objectContaining({ msg: 'lane does not run', code: 'ERR_CREDENTIALS' }))
    expect((await relay.get('/metrics')).text).toContain('relay_lane_state{destination="one",state="blocked"} 1')
  })

  test('a relay whose events could not be stored is not ready, until they can be or some time has passed', async () => {
    const clock = createVirtualClock(Date.now())
    const relay = await startRelay({}, { clock })
    const ready = async (): Promise<unknown> => (await relay.get('/readyz')).status
    relay.events.emit('commit:failed', { size: 1, code: 'SQLITE_FULL' })
    expect(await ready()).toBe(503)
    relay.events.emit('commit:finished', { size: 1, stored: 1, durationMs: 1 })
    expect(await ready()).toBe(200)
    relay.events.emit('commit:failed', { size: 1, code: 'SQLITE_FULL' })
    clock.jump(11_000)
    expect(await ready()).toBe(200)
  })

  test('metrics count what happened', async () => {
    const relay = await withEvents({}, 5)
    const { text, headers } = await relay.get('/metrics')
    expect(headers.get('content-type')).toContain('text/plain')
    for (const line of [
      'relay_ingest_requests_total{result="stored"} 5',
      'relay_deliveries{destination="scripted",state="delivered"} 5',
      'relay_deliveries{destination="scripted",state="pending"} 0',
      'relay_delivery_attempts_total{destination="scripted",class="delivered",code=""} 5',
      'relay_delivery_latency_seconds_count{destination="scripted"} 5',
      'relay_ingest_ack_seconds_count 5',
    ]) {
      expect(text).toContain(line)
    }
  })

  test('the first log line says where the relay listens', async () => {
    const relay = await startRelay()
    expect(relay.log[0]).toMatchObject({ msg: 'listening', url: relay.url })
  })

  test('a port in use is refused in a sentence', async () => {
    const relay = await startRelay()
    await expect(startRelay({ port: Number(new URL(relay.url).port) })).rejects.toThrow(
      /^Port \d+ on 127\.0\.0\.1 is in use\. Set PORT/,
    )
  })

  test('a second relay on the same store is refused', async () => {
    const relay = await startRelay()
    await expect(startRelay({ store: relay.config.store })).rejects.toThrow(/is in use by process \d+/)
  })
})
