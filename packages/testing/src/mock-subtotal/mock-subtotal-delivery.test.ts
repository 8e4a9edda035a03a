import { verifyWebhook } from '@subtotal-connectors/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFakeClock } from '../../test/fake-clock.ts'
import { startReceiver } from '../../test/receiver.ts'
import { createMockSubtotal } from './create-mock-subtotal.ts'
import type { CreateMockSubtotalOptions } from './mock-subtotal.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

async function start(options: CreateMockSubtotalOptions = {}) {
  const clock = createFakeClock()
  const receiver = await startReceiver()
  const subtotal = await createMockSubtotal({ clock, ...options })
  onTestFinished(() => subtotal.close())
  const webhook = subtotal.addWebhook({ url: receiver.url })
  const advance = (ms: number) => clock.advance(ms, () => subtotal.idle())
  return { clock, receiver, subtotal, webhook, advance }
}

describe('a webhook that is not taken', () => {
  it.each([500, 404, 401, 301])(
    'with %i is tried six times, at fixed distances from the attempt before, and then no more',
    async (status) => {
      const { clock, receiver, subtotal, advance } = await start()
      const startedAt = clock.now()
      receiver.answer((response) =>
        response.writeHead(status, { 'retry-after': '1', location: `${receiver.url}/elsewhere` }).end('try later'),
      )
      subtotal.link()
      await subtotal.idle()
      await advance(5 * dayMs)
      const minutes = subtotal.attempts.map((attempt) => (attempt.startedAt - startedAt) / minuteMs)
      expect(minutes).toStrictEqual([0, 5, 35, 155, 455, 1_055])
      expect(subtotal.attempts.map(({ number }) => number)).toStrictEqual([1, 2, 3, 4, 5, 6])
      // One POST each: nothing followed the redirect.
      expect(receiver.received.map(({ method, path }) => `${method} ${path}`)).toStrictEqual(
        Array.from({ length: 6 }, () => 'POST /webhooks/subtotal'),
      )
      expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
      expect(subtotal.waiting).toBe(0)
    },
  )

  it('within ten seconds is tried again', async () => {
    const { receiver, subtotal, clock, advance } = await start()
    let hangs = true
    receiver.answer((response) => {
      if (!hangs) response.writeHead(204).end()
    })
    subtotal.link()
    while (receiver.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(10_000, () => subtotal.idle())
    expect(subtotal.attempts).toMatchObject([{ status: null }])
    hangs = false
    await advance(5 * minuteMs - 10_000)
    expect(subtotal.attempts.map(({ status }) => status)).toStrictEqual([null, 204])
  })

  it('is signed anew in each attempt, or with the first time when told so', async () => {
    for (const signsAttemptsAnew of [true, false]) {
      const { receiver, subtotal, webhook, clock, advance } = await start({ signsAttemptsAnew })
      receiver.answer((response) => response.writeHead(503).end())
      subtotal.link()
      await subtotal.idle()
      await advance(5 * minuteMs)
      const times = receiver.received.map(({ body, headers }) => {
        const verified = verifyWebhook({ body, headers, secrets: [webhook.signingSecret], now: new Date(clock.now()) })
        return verified.timestamp.getTime()
      })
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(signsAttemptsAnew ? 5 * minuteMs : 0)
    }
  })
})

it('any 2xx ends the attempts, whatever the body', async () => {
  const { receiver, subtotal, advance } = await start()
  receiver.answer((response) => response.writeHead(299).end('{"error":"not at all"}'))
  subtotal.link()
  await subtotal.idle()
  await advance(dayMs)
  expect(subtotal.attempts).toMatchObject([{ status: 299, number: 1 }])
})

describe('attempts to come', () => {
  async function failedOnce() {
    const started = await start()
    started.receiver.answer((response) => response.writeHead(500).end())
    started.subtotal.link()
    await started.subtotal.idle()
    return started
  }
  const patch = (url: string, id: string, body: object | undefined) =>
    fetch(`${url}/webhooks/${id}`, {
      method: body === undefined ? 'DELETE' : 'PATCH',
      headers: { 'x-api-key': 'key', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  it('go to a changed URL', async () => {
    const { subtotal, webhook, advance, receiver } = await failedOnce()
    const other = await startReceiver()
    expect((await patch(subtotal.url, webhook.id, { url: other.url })).status).toBe(200)
    await advance(dayMs)
    expect([receiver.received.length, other.received.length]).toStrictEqual([1, 1])
  })

  it.each<[string, object | undefined]>([
    ['deleted', undefined],
    ['no longer subscribed to the type', { event_types: ['purchase.created'] }],
    ['paused', { is_active: false }],
  ])('stop when the webhook is %s', async (_, body) => {
    const { subtotal, webhook, advance, receiver } = await failedOnce()
    expect((await patch(subtotal.url, webhook.id, body)).ok).toBe(true)
    await advance(dayMs)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('a webhook gets', () => {
  it('what customers cause, in order', async () => {
    const { subtotal, receiver } = await start()
    const { id } = subtotal.link({ customerId: 'customer-1', email: 'robin@shoppers.example' })
    subtotal.captureProfile(id)
    const purchase = subtotal.purchase(id)
    subtotal.loseLogin(id)
    subtotal.updateProfile(id)
    subtotal.logInAgain(id)
    subtotal.updateProfile(id)
    subtotal.unlink(id)
    await subtotal.idle()
    expect(subtotal.events.map(({ type }) => type)).toStrictEqual([
      'connection.activated',
      'connection.profile.created',
      'purchase.created',
      'connection.unauthenticated',
      'connection.activated',
      'connection.profile.updated',
      'connection.disconnected',
    ])
    const bodies = receiver.received.map(({ body }) => JSON.parse(body))
    expect(bodies.find(({ type }) => type === 'connection.activated')).toMatchObject({
      payload: {
        connection: {
          connection_id: id,
          customer_id: 'customer-1',
          retailer_id: 'walmart',
          email: 'robin@shoppers.example',
          mobile: null,
          status: 'active',
        },
      },
    })
    expect(bodies.find(({ type }) => type === 'purchase.created')).toMatchObject({
      payload: { connection: { connection_id: id }, purchase: { purchase_id: purchase.id } },
    })
  })

  it('only the types it is subscribed to, while it is active', async () => {
    const { subtotal, receiver } = await start()
    const [first] = subtotal.webhooks
    subtotal.addWebhook({ ...first, url: receiver.url, eventTypes: ['purchase.created'] })
    subtotal.addWebhook({ url: receiver.url, isActive: false })
    subtotal.link()
    await subtotal.idle()
    expect(receiver.received).toHaveLength(0)
  })

  it('simulated events only when it takes them', async () => {
    const { subtotal, receiver } = await start()
    subtotal.addWebhook({ url: `${receiver.url}?real-only`, receivesSimulatedEvents: false })
    subtotal.link({ isSimulated: true })
    await subtotal.idle()
    expect(receiver.received.map(({ path }) => path)).toStrictEqual(['/webhooks/subtotal'])
    expect(JSON.parse(receiver.received[0]?.body ?? '').payload.connection.is_simulated).toBe(true)
  })

  it('only purchases between its dates', async () => {
    const { subtotal, receiver, webhook } = await start()
    const { id } = subtotal.link()
    await subtotal.idle()
    receiver.received.length = 0
    Object.assign(webhook, { purchaseDateStart: '2026-10-01', purchaseDateEnd: '2026-10-10' })
    for (const day of ['2026-09-30', '2026-10-01', '2026-10-10', '2026-10-11']) {
      subtotal.purchase(id, { date: `${day}T23:00:00.000Z` })
    }
    await subtotal.idle()
    const dates = receiver.received.map(({ body }) => JSON.parse(body).payload.purchase.date.slice(0, 10))
    expect(new Set(dates)).toStrictEqual(new Set(['2026-10-01', '2026-10-10']))
    expect(dates).toHaveLength(2)
  })

  it('purchases whole, without items, or as ids alone', async () => {
    const { subtotal, receiver } = await start()
    const { id } = subtotal.link({ customerId: 'customer-1' })
    subtotal.purchase(id, { content: 'no_items' })
    subtotal.purchase(id, { content: 'ids' })
    await subtotal.idle()
    const purchases = receiver.received.map(({ body }) => JSON.parse(body).payload)
    const [bare, ids] = [
      purchases.find(({ purchase }) => purchase?.total),
      purchases.find(({ purchase }) => purchase && !purchase.total),
    ]
    expect(bare.purchase).not.toHaveProperty('items')
    expect(Object.keys(ids.purchase)).toStrictEqual(['purchase_id'])
    expect(Object.keys(ids.connection)).toStrictEqual(['connection_id'])
  })

  it('the words of 2025 in the era of 2025', async () => {
    const { subtotal, receiver } = await start({ era: 'B' })
    const { id } = subtotal.link({ customerId: 'customer-1', email: 'robin@shoppers.example' })
    subtotal.captureProfile(id)
    subtotal.unlink(id)
    await subtotal.idle()
    const bodies = receiver.received.map(({ body }) => JSON.parse(body))
    expect(new Set(bodies.map(({ type }) => type))).toStrictEqual(new Set(['connection.activated', 'connection.deleted']))
    expect(bodies[0].payload.connection).not.toHaveProperty('email')
    expect(bodies.every(({ created_at: at, payload }) => at !== undefined && payload.connection.merchant_id === 'walmart')).toBe(
      true,
    )
  })
})
