import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import { nextConnectionState, parseWebhook, subtotalEventTypes } from '@subtotal-connectors/core'
import { isValid } from 'ulid'
import { describe, expect, test } from 'vitest'
import type { GeneratedWebhook, WebhookGeneratorOptions } from './webhook-generator.ts'
import { createWebhookGenerator } from './webhook-generator.ts'

const start = Date.parse('2026-01-21T12:00:00.000Z')

function generate(count: number, options: WebhookGeneratorOptions = {}): readonly GeneratedWebhook[] {
  let now = start
  const generator = createWebhookGenerator({ clock: () => (now += 25), ...options })
  return Array.from({ length: count }, () => generator.next())
}

interface Arrived {
  readonly webhook: GeneratedWebhook
  readonly event: SubtotalEvent
}

/** Receives webhooks in order, as a receiver does that remembers each connection. */
function receive(webhooks: readonly GeneratedWebhook[]): readonly Arrived[] {
  const states = new Map<string, ConnectionState>()
  return webhooks.map((webhook) => {
    const previous = states.get(webhook.connectionId)
    const event = parseWebhook(webhook.body, { previous, receivedAt: new Date(start + 3_600_000) })
    if (event === null) throw new Error('an event that is ignored')
    states.set(webhook.connectionId, nextConnectionState(previous, event))
    return { webhook, event }
  })
}

function purchasesOf(arrived: readonly Arrived[]) {
  return arrived.flatMap(({ webhook, event }) =>
    event.type === 'purchase.created' ? [{ webhook, event, purchase: event.purchase }] : [],
  )
}

const cents = (decimal: string | null) => Math.round(Number(decimal) * 100)

describe('createWebhookGenerator', () => {
  test('gives the same for the same seed and clock, and something else for another seed', () => {
    expect(generate(200, { seed: 7 })).toStrictEqual(generate(200, { seed: 7 }))
    expect(generate(200, { seed: 7 })).not.toStrictEqual(generate(200, { seed: 8 }))
  })

  test('makes ULIDs of the clock, each greater than the one before', () => {
    const ids = generate(300, { clock: () => start }).map(({ id }) => id)
    expect(ids.every((id) => isValid(id))).toBe(true)
    expect(ids.toSorted()).toStrictEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each<WebhookGeneratorOptions>([
    {},
    { variants: 'current' },
    { identity: 'activation_only' },
    { variants: 'current', identity: 'activation_only', seed: 3 },
    { simulatedShare: 1, seed: 4 },
    { clock: () => start, seed: 5 },
  ])('tells exactly what core makes of each webhook: %j', (options) => {
    for (const { webhook, event } of receive(generate(500, options))) {
      expect({
        id: event.id,
        eventType: event.type,
        occurredAt: event.occurredAt,
        connectionId: event.connection.id,
        retailer: event.connection.retailer,
        customerId: event.customer.id,
        email: event.customer.email,
        mobile: event.customer.mobile,
        purchaseId: event.type === 'purchase.created' ? event.purchase.id : null,
        isSimulated: event.isSimulated,
        isHistorical: event.isHistorical,
      }).toStrictEqual((({ body, type, ...told }) => told)(webhook))
    }
  })

  test('names the customer in every webhook, unless only the activation is to', () => {
    for (const { body, email } of generate(300)) expect(parseWebhook(body)?.customer.email).toBe(email)
    const bare = generate(300, { identity: 'activation_only' }).filter(({ eventType }) => eventType !== 'account.connected')
    for (const { body } of bare) expect(parseWebhook(body)?.customer).toStrictEqual({ id: null, email: null, mobile: null })
  })

  test('tells a whole life in the first nine webhooks', () => {
    for (const seed of [1, 2, 3]) {
      const first = generate(9, { seed })
      expect(new Set(first.map(({ eventType }) => eventType))).toStrictEqual(new Set(subtotalEventTypes))
      expect(new Set(first.map(({ connectionId }) => connectionId)).size).toBe(1)
    }
  })

  test('activates a connection before anything else happens to it, and sends nothing of one that is not active', () => {
    const active = new Set<string>()
    for (const { type, connectionId } of generate(1000)) {
      if (type === 'connection.activated') active.add(connectionId)
      else if (type === 'purchase.created' || type.startsWith('connection.profile.')) expect(active).toContain(connectionId)
      else active.delete(connectionId)
    }
  })

  test('writes every variant of the wire', () => {
    const bodies = generate(2000, { simulatedShare: 0.3 }).map(({ body }) => body)
    const traces = [
      '"payload":{',
      '"payload":"{',
      '"retailer_id":"',
      '"merchant_id":"',
      '"purchase":{',
      '"product":{',
      '"gtin":"',
      '"item_count":',
      '"status":"complete"',
      '"connection.deleted"',
      '"connection.disconnected"',
      '"created_at":"',
      '"subtotal_client_id":"',
      '"is_simulated":true,"payload"',
      '"is_simulated":true}}',
    ]
    expect(traces.filter((trace) => !bodies.some((body) => body.includes(trace)))).toStrictEqual([])
  })

  test('writes only the newest form when asked', () => {
    for (const { body } of generate(400, { variants: 'current' })) {
      expect(body).toMatch(/"payload":\{/)
      expect(body).not.toMatch(/merchant_id|gtin|created_at|connection\.deleted/)
    }
  })

  test('makes purchases whose money adds up, of one to fifteen items with brands and UPCs', () => {
    const purchases = purchasesOf(receive(generate(600)))
    expect(purchases.length).toBeGreaterThan(200)
    for (const { purchase } of purchases) {
      const sum = purchase.items.reduce((total, { price, quantity }) => total + cents(price) * quantity, 0)
      expect(cents(purchase.subtotal)).toBe(sum)
      expect(cents(purchase.total)).toBe(sum + cents(purchase.tax))
      expect(purchase.itemCount).toBe(purchase.items.reduce((units, { quantity }) => units + quantity, 0))
      expect(purchase.items.length).toBeGreaterThanOrEqual(1)
      expect(purchase.items.length).toBeLessThanOrEqual(15)
      for (const money of [purchase.total, purchase.tax, purchase.subtotal]) expect(money).toMatch(/^\d+\.\d\d$/)
      for (const { product } of purchase.items) {
        expect(product.upc).toMatch(/^\d{12}$/)
        expect(product.brand).not.toBeNull()
      }
    }
    expect(new Set(purchases.map(({ purchase }) => purchase.id)).size).toBe(purchases.length)
  })

  test('makes historical purchases in the share asked for', () => {
    const share = (historicalShare: number) => {
      const purchases = purchasesOf(receive(generate(600, { historicalShare })))
      return purchases.filter(({ event }) => event.isHistorical).length / purchases.length
    }
    expect(share(0)).toBe(0)
    expect(share(1)).toBe(1)
    expect(share(0.5)).toBeGreaterThan(0.3)
  })

  test('keeps the figures of a profile to what was bought', () => {
    const bought = new Map<string, number>()
    for (const { event } of receive(generate(800))) {
      const connectionId = event.connection.id
      if (event.type === 'purchase.created') bought.set(connectionId, (bought.get(connectionId) ?? 0) + 1)
      if (event.type !== 'profile.created' && event.type !== 'profile.updated') continue
      expect(event.profile.total_purchases).toBe(bought.get(connectionId) ?? 0)
      expect(event.profile.brand_purchases).toBeLessThanOrEqual(event.profile.total_purchases ?? 0)
      expect(event.profile.email).not.toBe(event.customer.email)
    }
  })

  test('gives people addresses and numbers that nobody can own, each their own', () => {
    const webhooks = generate(2000)
    const people = new Map(webhooks.map(({ customerId, email, mobile }) => [customerId, { email, mobile }]))
    expect(people.size).toBeGreaterThan(50)
    for (const key of ['email', 'mobile'] as const)
      expect(new Set([...people.values()].map((person) => person[key])).size).toBe(people.size)
    for (const { email, mobile } of people.values()) {
      expect(email).toMatch(/^[a-z.]+\.\d+@shoppers\.example$/)
      expect(mobile).toMatch(/^\+1\d{3}55501\d\d$/)
    }
  })

  test('links no more accounts than it is told', () => {
    expect(new Set(generate(1000, { connections: 5 }).map(({ connectionId }) => connectionId)).size).toBe(5)
  })
})
