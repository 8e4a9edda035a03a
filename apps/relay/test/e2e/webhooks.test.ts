import { request } from 'node:http'
import { signWebhook } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const connection = {
  connection_id: '01K8BPF23CCZ2FK50STB8EGWAV',
  customer_id: 'c1',
  retailer_id: 'target',
  email: null,
  mobile: null,
}

function webhook(id: string, type = 'connection.activated', payload: unknown = { connection }): string {
  return JSON.stringify({ type, id, payload })
}

function purchase(id: string, total = '10.00'): string {
  return webhook(id, 'purchase.created', {
    connection,
    purchase: { purchase_id: 'purchase-1', date: '2026-01-01T00:00:00Z', total },
  })
}

describe('what is kept is answered 202', () => {
  test('a new event is stored, again it is a duplicate', async () => {
    const relay = await startRelay()
    expect(await relay.post(webhook('e1'))).toMatchObject({ status: 202, json: { id: 'e1', result: 'stored' } })
    expect(await relay.post(webhook('e1'))).toMatchObject({ status: 202, json: { id: 'e1', result: 'duplicate' } })
    await relay.settled(1)
  })

  test('a known purchase under another event id answers the first id, and other content is kept and counted', async () => {
    const relay = await startRelay()
    await relay.post(purchase('e1'))
    expect(await relay.post(purchase('e2'))).toMatchObject({ status: 202, json: { id: 'e1', result: 'duplicate' } })
    expect(await relay.post(purchase('e3', '11.00'))).toMatchObject({ status: 202, json: { id: 'e1', result: 'duplicate' } })
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 1, versions: 1 })
    expect((await relay.get('/metrics')).text).toContain('relay_ingest_changed_total 1')
  })

  test('the same event posted many times at once is stored once', async () => {
    const relay = await startRelay()
    const answers = await Promise.all(Array.from({ length: 50 }, () => relay.post(webhook('e1'))))
    const results = answers.map((answer) => answer.json['result'])
    expect(results.filter((result) => result === 'stored')).toHaveLength(1)
    expect(results.filter((result) => result === 'duplicate')).toHaveLength(49)
  })

  test('what needs no delivery is ignored', async () => {
    const relay = await startRelay()
    const answer = await relay.post(webhook('e1', 'connection.initialized'))
    expect(answer).toMatchObject({ status: 202, json: { id: 'e1', result: 'ignored' } })
  })

  test.each([
    ['not JSON', 'hello', 'ERR_WEBHOOK_NOT_JSON'],
    ['of an unknown type', webhook('e1', 'refund.created'), 'ERR_WEBHOOK_UNKNOWN_TYPE'],
    ['without a connection', webhook('e1', 'connection.activated', {}), 'ERR_WEBHOOK_INVALID'],
    ['empty', '', 'ERR_WEBHOOK_NOT_JSON'],
    ['deeply nested', '['.repeat(100_000), 'ERR_WEBHOOK_NOT_JSON'],
    ['of an id that no store can tell from another', webhook('e\ud800'), 'ERR_WEBHOOK_INVALID'],
    ['of an id that is none', webhook('e'.repeat(513)), 'ERR_WEBHOOK_INVALID'],
    ['of a connection whose id is none', webhook('e1', undefined, { connection_id: 'c'.repeat(513) }), 'ERR_WEBHOOK_INVALID'],
    ['of an id that is none in bytes', webhook('é'.repeat(257)), 'ERR_WEBHOOK_INVALID'],
    [
      'of a customer whose id is none',
      webhook('e1', undefined, { connection: { ...connection, customer_id: 'c'.repeat(513) } }),
      'ERR_WEBHOOK_INVALID',
    ],
    [
      'of a retailer whose id is none',
      webhook('e1', undefined, { connection: { ...connection, retailer_id: 'r\ud800' } }),
      'ERR_WEBHOOK_INVALID',
    ],
    [
      'of a purchase whose id is none',
      webhook('e1', 'purchase.created', { connection, purchase: { purchase_id: 'p\udc00' } }),
      'ERR_WEBHOOK_INVALID',
    ],
  ])('what is %s is kept in quarantine as it came', async (_name, body, reason) => {
    const relay = await startRelay()
    expect(await relay.post(body)).toMatchObject({ status: 202, json: { id: '1', result: 'quarantined' } })
    const { json } = await relay.get('/api/v1/quarantine?reveal=true')
    expect(json['items']).toMatchObject([{ id: '1', reason, body, count: 1 }])
  })

  test('two ids that differ by a lone surrogate are never taken for one event', async () => {
    const relay = await startRelay()
    for (const id of ['e\ud800', 'e\ud801']) expect((await relay.post(webhook(id))).json['result']).toBe('quarantined')
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 0, quarantined: 2 })
  })

  test('the id of what is ignored is not repeated when it is none', async () => {
    const relay = await startRelay()
    const answer = await relay.post(webhook('e'.repeat(10_000), 'connection.initialized'))
    expect(answer.json).toEqual({ id: null, result: 'ignored' })
  })

  test('the first quarantined webhook of a reason is a warning that names fields, and no values', async () => {
    const relay = await startRelay()
    for (const id of ['e1', 'e2'])
      await relay.post(webhook(id, 'connection.activated', { connection: { email: 'robin@shoppers.example' } }))
    const warnings = relay.log.filter((line) => line['level'] === 40)
    expect(warnings).toMatchObject([{ code: 'ERR_WEBHOOK_INVALID', fields: [expect.stringContaining('connection_id')] }])
    expect(JSON.stringify(relay.log)).not.toContain('robin')
  })

  test('any content type but a form’s will do', async () => {
    const relay = await startRelay()
    expect(await relay.post(webhook('e1'), { 'content-type': 'text/plain' })).toMatchObject({ status: 202 })
  })
})

describe('refusals', () => {
  test.each([
    ['a wrong signature', { 'x-subtotal-signature': 'a'.repeat(64) }],
    ['a timestamp far away', signWebhook({ body: webhook('e1'), secret: signingSecret, timestamp: new Date('2020-01-01') })],
    ['another secret', signWebhook({ body: webhook('e1'), secret: 'another' })],
  ])('%s is answered 401 without detail', async (_name, headers) => {
    const relay = await startRelay()
    expect(await relay.post(webhook('e1'), headers)).toMatchObject({
      status: 401,
      json: { error: { code: 'ERR_UNAUTHORIZED', message: 'The signature or timestamp is not right.' } },
    })
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 0, quarantined: 0 })
  })

  test('refused webhooks are a warning once a minute for each code, whoever posts how many', async () => {
    const clock = createVirtualClock(Date.now())
    const relay = await startRelay({}, { clock, now: clock.now })
    const refuse = () => relay.post(webhook('e1'), { 'x-subtotal-signature': 'a'.repeat(64) })
    const warnings = () => relay.log.filter((line) => line['msg'] === 'webhook refused' && line['level'] === 40).length
    for (let count = 0; count < 5; count += 1) await refuse()
    expect(warnings()).toBe(1)
    clock.jump(61_000)
    await refuse()
    expect(warnings()).toBe(2)
    expect((await relay.get('/metrics')).text).toContain('reason="ERR_SIGNATURE_MISMATCH"} 6')
  })

  test('a body over the limit is answered 413, whether it says its size or not', async () => {
    const relay = await startRelay({ bodyLimitBytes: 1_000 })
    const large = 'x'.repeat(1_001)
    expect(await relay.post(large)).toMatchObject({ status: 413, json: { error: { code: 'ERR_BODY_TOO_LARGE' } } })
    expect(await postChunked(relay.url, large)).toBe(413)
    expect(await postChunked(relay.url, 'x'.repeat(1_000))).toBe(401)
  })

  test('a body over the limit is 413 before its type and signature are looked at', async () => {
    const relay = await startRelay({ bodyLimitBytes: 10 })
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'x-subtotal-signature': 'no' }
    expect(await relay.post(webhook('e1'), headers)).toMatchObject({ status: 413 })
  })

  test.each(['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])(
    '%s is 415 before its signature is looked at',
    async (type) => {
      const relay = await startRelay()
      expect(await relay.post(webhook('e1'), { 'content-type': type, 'x-subtotal-signature': 'no' })).toMatchObject({
        status: 415,
        json: { error: { code: 'ERR_UNSUPPORTED_MEDIA_TYPE' } },
      })
    },
  )

  test('an unknown path is 404', async () => {
    const relay = await startRelay()
    expect(await relay.get('/nothing')).toMatchObject({ status: 404, json: { error: { code: 'ERR_NOT_FOUND' } } })
    expect(await relay.get('/webhooks/subtotal')).toMatchObject({ status: 404 })
  })
})

describe('connections', () => {
  test('connected or reauthenticated is right in every order of arrival', async () => {
    const relay = await startRelay()
    const steps = [
      'connection.activated',
      'connection.unauthenticated',
      'connection.activated',
      'connection.disconnected',
      'connection.activated',
    ]
    const truth = [
      'account.connected',
      'connection.unauthenticated',
      'connection.reauthenticated',
      'account.disconnected',
      'account.connected',
    ]
    const base = Date.now() - 3_600_000
    let run = 0
    for (const order of permutations([0, 1, 2, 3, 4]).filter((_order, index) => index % 7 === 0)) {
      run += 1
      for (const step of order) {
        const payload = { connection: { ...connection, connection_id: `connection-${run}` } }
        await relay.post(webhook(ulidAt(base + step * 60_000, run), steps[step], payload))
      }
      const last = order.at(-1) ?? 0
      const { json } = await relay.get(`/api/v1/events/${ulidAt(base + last * 60_000, run)}`)
      expect(json, `order ${order}`).toMatchObject({ event: { type: truth[last] } })
    }
    expect(run).toBe(18)
  })

  test('a webhook with nothing but a connection id is completed from what came before', async () => {
    const relay = await startRelay()
    const generator = createWebhookGenerator({ identity: 'activation_only' })
    const sent = Array.from({ length: 40 }, () => generator.next())
    for (const one of sent) await relay.post(one.body)
    for (const one of sent) {
      const { json } = await relay.get(`/api/v1/events/${one.id}?reveal=true`)
      expect(json).toMatchObject({
        event: { type: one.eventType, customer: { id: one.customerId, email: one.email, mobile: one.mobile } },
      })
    }
  })
})

function postChunked(url: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/webhooks/subtotal`, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } })
    outgoing.once('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    outgoing.once('error', reject)
    outgoing.write(body.slice(0, 500))
    outgoing.end(body.slice(500))
  })
}

/** An id whose time is `at`, and which is the same for the same `run`. */
function ulidAt(at: number, run: number): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let text = ''
  for (let time = at, index = 0; index < 10; index += 1, time = Math.floor(time / 32)) text = `${alphabet[time % 32]}${text}`
  return `${text}${String(run).padStart(16, '0')}`
}

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}
