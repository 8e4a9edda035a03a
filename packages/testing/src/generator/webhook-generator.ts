import type { SubtotalEventType } from '@subtotal-connectors/core'
import { decodeTime, monotonicFactory } from 'ulid'
import { programmeBrands, retailers } from './catalogue.ts'
import type { ChangeStep, LifeStep, LinkedConnection } from './linked-connection.ts'
import { applyStep, countPurchase, nextStep, wholeLife } from './linked-connection.ts'
import type { Basket } from './make-basket.ts'
import { makeBasket } from './make-basket.ts'
import { makePerson } from './person.ts'
import { createRandom } from './random.ts'
import type { WireContext } from './to-wire-webhook.ts'
import { toConnectionWebhook, toProfileWebhook, toPurchaseWebhook } from './to-wire-webhook.ts'
import type { WireVariant } from './wire-variant.ts'
import { currentVariant, makeVariant } from './wire-variant.ts'

/** Options of {@link createWebhookGenerator}. */
export interface WebhookGeneratorOptions {
  /** The same seed and clock give the same webhooks. A whole number; default 1. */
  readonly seed?: number
  /** The time inside ids and the newest date of purchases, in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number
  /** `'all'` (default): every way in which Subtotal's pages write a webhook; `'current'`: the newest alone. */
  readonly variants?: 'all' | 'current'
  /**
   * `'every_event'` (default): each webhook names its customer and retailer. `'activation_only'`: the others carry the connection's id
   * alone, so that the receiver must remember it.
   */
  readonly identity?: 'every_event' | 'activation_only'
  /** Most connections to invent. Default 200. */
  readonly connections?: number
  /** Share of purchases that are 4 to 400 days old, 0 to 1. Default 0.1. */
  readonly historicalShare?: number
  /** Share of connections that are simulated, 0 to 1. Default 0.05. */
  readonly simulatedShare?: number
}

/** A webhook as Subtotal would send it, and what must arrive for it. */
export interface GeneratedWebhook {
  /** The event's id, a ULID; later webhooks have greater ones. */
  readonly id: string
  /** The webhook's type: `connection.activated`. */
  readonly type: string
  /** JSON, to be sent as it is. */
  readonly body: string
  /** What it becomes for a receiver that has seen all the webhooks before it. */
  readonly eventType: SubtotalEventType
  /** ISO 8601 UTC with milliseconds: the purchase's date, else the time inside the id. */
  readonly occurredAt: string
  readonly connectionId: string
  readonly retailer: string
  readonly customerId: string
  readonly email: string
  readonly mobile: string
  /** `null` unless it is a purchase. */
  readonly purchaseId: string | null
  readonly isSimulated: boolean
  /** A purchase of at least four days ago. */
  readonly isHistorical: boolean
}

/** An endless source of webhooks. */
export interface WebhookGenerator {
  next(): GeneratedWebhook
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/**
 * Makes webhooks of invented people who link accounts, buy, lose their logins and come back: an activation always comes before what
 * depends on it. The first nine are the whole life of one connection, with each of the seven kinds of event.
 */
export function createWebhookGenerator(options: WebhookGeneratorOptions = {}): WebhookGenerator {
  const { seed = 1, clock = Date.now, variants = 'all', identity = 'every_event' } = options
  const { connections: mostConnections = 200, historicalShare = 0.1, simulatedShare = 0.05 } = options
  const random = createRandom(seed)
  const ulid = monotonicFactory(random.next)
  const connections: LinkedConnection[] = []
  const script = [...wholeLife]

  function link(now: number): LinkedConnection {
    const known = connections.length > 0 && random.chance(0.2) ? random.pick(connections) : undefined
    const connection: LinkedConnection = {
      id: ulid(now),
      retailer: random.pick(retailers),
      person: known?.person ?? makePerson(random, connections.length + 1),
      isSimulated: random.chance(simulatedShare),
      accountCreatedDate: toSeconds(now - random.integer(100, 3000) * dayMs),
      status: 'disconnected',
      hasProfile: false,
      purchases: 0,
      brandPurchases: 0,
      lastPurchaseDate: null,
      lastBrandPurchaseDate: null,
    }
    connections.push(connection)
    return connection
  }

  function choose(now: number): { readonly connection: LinkedConnection; readonly step: LifeStep } {
    const [first] = connections
    const scripted = script.shift()
    if (scripted !== undefined) return { connection: first ?? link(now), step: scripted }
    const isNew = connections.length < mostConnections && random.chance(0.15)
    const connection = isNew ? link(now) : random.pick(connections)
    return { connection, step: nextStep(connection, random) }
  }

  function change(connection: LinkedConnection, step: ChangeStep, now: number): GeneratedWebhook {
    const id = ulid(now)
    const variant = makeOwnVariant()
    const { eventType } = outcomes[step]
    const type = step === 'disconnect' ? variant.disconnected : outcomes[step].type
    applyStep(connection, step)
    const isIdentified = identity === 'every_event' || step === 'connect'
    const context: WireContext = { id, type, connection, variant, isIdentified, createdAt: toSeconds(now) }
    const body = eventType.startsWith('profile.') ? toProfileWebhook(context) : toConnectionWebhook(context)
    return { ...describe(connection), id, type, body, eventType, occurredAt: new Date(decodeTime(id)).toISOString() }
  }

  function purchase(connection: LinkedConnection, now: number): GeneratedWebhook {
    const id = ulid(now)
    const purchaseId = ulid(now)
    const type = 'purchase.created'
    const isHistorical = random.chance(historicalShare)
    const ageMs = isHistorical ? random.integer(4 * dayMs, 400 * dayMs) : random.integer(0, 180 * minuteMs)
    const date = toSeconds(now - ageMs)
    const basket = makeBasket(random)
    const variant = makeOwnVariant()
    const isIdentified = identity === 'every_event'
    const context: WireContext = { id, type, connection, variant, isIdentified, createdAt: toSeconds(now) }
    const body = toPurchaseWebhook(context, { id: purchaseId, date, basket, nextId: () => ulid(now) })
    countPurchase(connection, date, hasBrandOf(basket))
    const occurredAt = new Date(date).toISOString()
    return { ...describe(connection), id, type, body, eventType: type, occurredAt, purchaseId, isHistorical }
  }

  function makeOwnVariant(): WireVariant {
    return variants === 'all' ? makeVariant(random) : currentVariant
  }

  return {
    next() {
      const now = clock()
      const { connection, step } = choose(now)
      return step === 'purchase' ? purchase(connection, now) : change(connection, step, now)
    },
  }
}

const outcomes = {
  connect: { type: 'connection.activated', eventType: 'account.connected' },
  reauthenticate: { type: 'connection.activated', eventType: 'connection.reauthenticated' },
  unauthenticate: { type: 'connection.unauthenticated', eventType: 'connection.unauthenticated' },
  disconnect: { type: 'connection.disconnected', eventType: 'account.disconnected' },
  capture_profile: { type: 'connection.profile.created', eventType: 'profile.created' },
  update_profile: { type: 'connection.profile.updated', eventType: 'profile.updated' },
} as const

function describe(connection: LinkedConnection): Omit<GeneratedWebhook, 'id' | 'type' | 'body' | 'eventType' | 'occurredAt'> {
  const { customerId, email, mobile } = connection.person
  const { id: connectionId, retailer, isSimulated } = connection
  return { connectionId, retailer, customerId, email, mobile, purchaseId: null, isSimulated, isHistorical: false }
}

function hasBrandOf({ lines }: Basket): boolean {
  return lines.some(({ product }) => programmeBrands.includes(product.brand))
}

function toSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
