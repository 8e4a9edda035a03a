import type { SubtotalEventType } from '@subtotal-connectors/core'
import { decodeTime } from 'ulid'
import { retailers } from '../generator/catalogue.ts'
import type { LifeStep, LinkedConnection } from '../generator/linked-connection.ts'
import { applyStep, nextStep, wholeLife } from '../generator/linked-connection.ts'
import { makePerson } from '../generator/person.ts'
import { createRandom } from '../generator/random.ts'
import type { MockSubtotal } from './mock-subtotal.ts'
import type { MockEvent } from './mock-subtotal-types.ts'

/** Options of {@link createShoppers}. */
export interface ShoppersOptions {
  /** The same seed gives the same lives. Default 1. */
  readonly seed?: number
  /** Most connections. Default 200. */
  readonly connections?: number
  /** Share of purchases that are 4 to 400 days old, 0 to 1. Default 0.1. */
  readonly historicalShare?: number
  /** Share of connections that are simulated, 0 to 1. Default 0.05. */
  readonly simulatedShare?: number
}

/** Something that a customer is about to do. */
export interface ShopperStep {
  /** The same for the steps of one connection: do them one after another, or webhooks may overtake each other. */
  readonly connection: string
  readonly eventType: SubtotalEventType
  /** Does it: the mock sends the webhook, and this is what it is about. Once, in the order in which the steps were given. */
  run(): ShopperEvent
}

/** What a step caused, and what must arrive for it. */
export interface ShopperEvent {
  readonly id: string
  readonly eventType: SubtotalEventType
  readonly connectionId: string
  /** `null` unless it is a purchase. */
  readonly purchaseId: string | null
  /** ISO 8601 UTC with milliseconds: the purchase's date, else the time inside the id. */
  readonly occurredAt: string
}

const eventTypes: Readonly<Record<LifeStep, SubtotalEventType>> = {
  connect: 'account.connected',
  reauthenticate: 'connection.reauthenticated',
  unauthenticate: 'connection.unauthenticated',
  disconnect: 'account.disconnected',
  capture_profile: 'profile.created',
  update_profile: 'profile.updated',
  purchase: 'purchase.created',
}
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/**
 * Invented customers of a mock Subtotal, who link accounts, buy, lose their logins, come back and leave, without end. The first nine steps are the
 * whole life of one connection.
 */
export function createShoppers(
  subtotal: MockSubtotal,
  options: ShoppersOptions = {},
): Iterator<ShopperStep> & Iterable<ShopperStep> {
  const { seed = 1, connections: mostConnections = 200, historicalShare = 0.1, simulatedShare = 0.05 } = options
  const random = createRandom(seed)
  /** As they will be when the steps given so far are done. */
  const lives: LinkedConnection[] = []
  /** The mock's ids, once the connection is linked. */
  const ids = new Map<LinkedConnection, string>()
  const script = [...wholeLife]

  function begin(): LinkedConnection {
    const number = lives.length + 1
    const life: LinkedConnection = {
      id: `shopper-${number}`,
      retailer: random.pick(retailers),
      person: makePerson(random, number),
      isSimulated: random.chance(simulatedShare),
      accountCreatedDate: '',
      status: 'disconnected',
      hasProfile: false,
      purchases: 0,
      brandPurchases: 0,
      lastPurchaseDate: null,
      lastBrandPurchaseDate: null,
    }
    lives.push(life)
    return life
  }

  function choose(): { readonly life: LinkedConnection; readonly step: LifeStep } {
    const scripted = script.shift()
    if (scripted !== undefined) return { life: lives[0] ?? begin(), step: scripted }
    const life = lives.length < mostConnections && random.chance(0.15) ? begin() : random.pick(lives)
    return { life, step: nextStep(life, random) }
  }

  function link(life: LinkedConnection): void {
    const { person, retailer, isSimulated } = life
    const { customerId, email, mobile } = person
    const connectionId = ids.get(life)
    const again = connectionId === undefined ? {} : { connectionId }
    ids.set(life, subtotal.link({ customerId, email, mobile, retailer, isSimulated, ...again }).id)
  }

  const does: Readonly<Record<Exclude<LifeStep, 'connect'>, (id: string, ageMs: number) => unknown>> = {
    reauthenticate: subtotal.logInAgain,
    unauthenticate: subtotal.loseLogin,
    disconnect: subtotal.unlink,
    capture_profile: subtotal.captureProfile,
    update_profile: subtotal.updateProfile,
    purchase: (id, ageMs) => subtotal.purchase(id, { ageMs }),
  }

  function run(life: LinkedConnection, step: LifeStep, ageMs: number): void {
    if (step === 'connect') link(life)
    else does[step](ids.get(life) ?? '', ageMs)
  }

  const shoppers: Iterator<ShopperStep> & Iterable<ShopperStep> = {
    [Symbol.iterator]: () => shoppers,
    next() {
      const { life, step } = choose()
      if (step !== 'purchase') applyStep(life, step)
      const isOld = random.chance(historicalShare)
      const ageMs = isOld ? random.integer(4 * dayMs, 400 * dayMs) : random.integer(0, 180 * minuteMs)
      const eventType = eventTypes[step]
      return {
        done: false,
        value: {
          connection: life.id,
          eventType,
          run() {
            const before = subtotal.lastEvent
            run(life, step, ageMs)
            const event = subtotal.lastEvent
            if (event === undefined || event === before)
              throw new Error(`The step ${step} caused no event: profiles are of era E.`)
            return toShopperEvent(event, eventType)
          },
        },
      }
    },
  }
  return shoppers
}

function toShopperEvent({ id, connectionId, purchaseId, purchaseDate }: MockEvent, eventType: SubtotalEventType): ShopperEvent {
  return { id, eventType, connectionId, purchaseId, occurredAt: purchaseDate ?? new Date(decodeTime(id)).toISOString() }
}
