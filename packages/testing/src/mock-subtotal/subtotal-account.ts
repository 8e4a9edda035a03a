import { randomBytes } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import { createRandom, type Random } from '../generator/random.ts'
import type { SubtotalSettings } from './mock-subtotal-options.ts'
import type { MockConnection, MockPurchase, MockWebhook } from './mock-subtotal-types.ts'
import { createPurchaseBook, type PurchaseBook } from './purchase-book.ts'

/** A retailer of the account. */
export interface MockRetailer {
  readonly id: string
  readonly name: string
  readonly linkUrl: string
}

/** A connection token. */
export interface MockToken {
  readonly connectionId: string
  readonly scope: 'access' | 'link'
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** All that the mock knows of one Subtotal account. */
export interface SubtotalAccount {
  readonly connections: Map<string, MockConnection>
  readonly webhooks: Map<string, MockWebhook>
  readonly tokens: Map<string, MockToken>
  readonly purchases: PurchaseBook
  readonly retailers: readonly MockRetailer[]
  readonly random: Random
  nextId(): string
  /** Remembers and returns it. */
  putConnection(connection: MockConnection): MockConnection
  putWebhook(webhook: MockWebhook): MockWebhook
  addPurchase(connectionId: string, date: string): MockPurchase
  makeToken(connectionId: string, scope: MockToken['scope']): string
  makeWebhook(parts: Partial<MockWebhook> & Pick<MockWebhook, 'name' | 'url' | 'eventTypes'>): MockWebhook
}

const retailers: readonly MockRetailer[] = [
  { id: 'walmart', name: 'Walmart', linkUrl: 'https://link.subtotal.com/tWGE4TJM' },
  { id: 'target', name: 'Target', linkUrl: 'https://link.subtotal.com/pQ7N2RKa' },
  { id: 'amazon', name: 'Amazon', linkUrl: 'https://link.subtotal.com/zSG5nWHy' },
  { id: 'instacart', name: 'Instacart', linkUrl: 'https://link.subtotal.com/hV3C9LdX' },
  { id: 'sephora', name: 'Sephora', linkUrl: 'https://link.subtotal.com/mB8K4FwE' },
]

/** An account with five retailers and nothing else. */
export function createSubtotalAccount({ clock, seed, tokenLifeMs }: SubtotalSettings): SubtotalAccount {
  const random = createRandom(seed)
  const makeUlid = monotonicFactory(() => random.next())
  const nextId = () => makeUlid(clock.now())
  const connections = new Map<string, MockConnection>()
  const webhooks = new Map<string, MockWebhook>()
  const tokens = new Map<string, MockToken>()
  const purchases = createPurchaseBook()

  return {
    connections,
    webhooks,
    tokens,
    purchases,
    retailers,
    random,
    nextId,
    putConnection(connection) {
      connections.set(connection.id, connection)
      return connection
    },
    putWebhook(webhook) {
      webhooks.set(webhook.id, webhook)
      return webhook
    },
    addPurchase(connectionId, date) {
      const purchase = { id: nextId(), connectionId, date, seed: random.integer(1, 1_000_000_000) }
      purchases.add(purchase)
      return purchase
    },
    makeToken(connectionId, scope) {
      const expiresAt = clock.now() + tokenLifeMs
      const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')
      const claims = part({ sub: connectionId, scope, exp: Math.floor(expiresAt / 1_000) })
      const token = `${part({ alg: 'HS256', typ: 'JWT' })}.${claims}.${randomBytes(32).toString('base64url')}`
      tokens.set(token, { connectionId, scope, expiresAt })
      return token
    },
    makeWebhook: (parts) => ({
      id: nextId(),
      isActive: false,
      receivesSimulatedEvents: false,
      purchaseDateStart: null,
      purchaseDateEnd: null,
      createdAt: new Date(clock.now()).toISOString(),
      signingSecret: randomBytes(24).toString('base64url'),
      ...parts,
    }),
  }
}
