import type { ConnectorLimits, PurchaseCreatedEvent, SubtotalEvent, SubtotalEventType } from '@subtotal-connectors/core'
import { subtotalEventTypes } from '@subtotal-connectors/core'
import type { EventOverrides } from '../events/event-defaults.ts'
import { makeConnectionEvent } from '../events/make-connection-event.ts'
import { makeProfileEvent } from '../events/make-profile-event.ts'
import { makePurchaseEvent } from '../events/make-purchase-event.ts'
import type { MockDestination } from '../mock-destination/mock-server.ts'

// Each with six digits behind it: the number of the event that it belongs to.
const eventIdStart = '01KFGB5EVT0000000000'
const connectionIdStart = '01KFGB5CNN0000000000'
const purchaseIdStart = '01KFGB5PRC0000000000'
const personStart = 'suite-'
const markerPattern = /(?:suite-|01KFGB5(?:EVT|CNN|PRC)0{10})(\d{6})(?!\d)/g

/** An event of a person, a connection and a purchase of its own; the number, up to six digits, tells it from all others. */
export function suiteEvent(number: number, type: SubtotalEventType = 'purchase.created'): SubtotalEvent {
  switch (type) {
    case 'purchase.created':
      return suitePurchase(number)
    case 'profile.created':
    case 'profile.updated':
      return makeProfileEvent(type, { ...overridesFor(number), profile: profileOf(number) })
    default:
      return makeConnectionEvent(type, overridesFor(number))
  }
}

/** Events numbered from `from`, of all types in turn. */
export function suiteEvents(count: number, from: number = 0): readonly SubtotalEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const type = subtotalEventTypes[index % subtotalEventTypes.length]
    return suiteEvent(from + index, type)
  })
}

/** A purchase; its content may be given in part. */
export function suitePurchase(number: number, purchase: Partial<PurchaseCreatedEvent['purchase']> = {}): PurchaseCreatedEvent {
  return makePurchaseEvent({ ...overridesFor(number), purchase: { ...purchase, id: purchaseIdStart + digits(number) } })
}

/** A purchase of this many different products, whose brands take more bytes than characters. */
export function largePurchase(number: number, productCount: number): PurchaseCreatedEvent {
  const items = Array.from({ length: productCount }, (_, index) => ({
    id: null,
    quantity: 1,
    price: '1.00',
    product: { id: null, name: `Étagère ${index}`, description: null, brand: `ブランド-é-${index}`, upc: upcOf(index) },
  }))
  return suitePurchase(number, { items, itemCount: productCount })
}

/** The UPC of a product of {@link largePurchase}. */
export function upcOf(index: number): string {
  return `0${String(index).padStart(11, '0')}`
}

/** The event with a customer of whom nothing is known. */
export function withoutIdentifiers(event: SubtotalEvent): SubtotalEvent {
  return { ...event, customer: { id: null, email: null, mobile: null } }
}

/** How many events need three requests; at most 2,500, for destinations that take any number. */
export function countForThreeRequests({ maxMessagesPerRequest }: ConnectorLimits): number {
  return Math.min(2 * maxMessagesPerRequest + 1, 2_500)
}

/** The number of an event of the suite. */
export function numberOf(event: SubtotalEvent): number {
  return Number(event.id.slice(eventIdStart.length))
}

/** The numbers of all events of which a text says something. */
export function numbersIn(text: string): ReadonlySet<number> {
  return new Set(Array.from(text.matchAll(markerPattern), ([, number]) => Number(number)))
}

/** The numbers of the events that the destination has kept. */
export function acceptedNumbers(mock: MockDestination<unknown>): ReadonlySet<number> {
  return numbersIn(JSON.stringify(mock.accepted))
}

/** Makes the mock refuse this event, whatever of it the destination is sent. */
export function refuseEvent(mock: MockDestination<unknown>, event: SubtotalEvent): void {
  const number = digits(numberOf(event))
  for (const start of [personStart, eventIdStart, connectionIdStart, purchaseIdStart]) mock.refuse(start + number)
}

function overridesFor(number: number): EventOverrides {
  const text = digits(number)
  return {
    id: eventIdStart + text,
    customer: {
      id: `${personStart}${text}`,
      email: `${personStart}${text}@shoppers.example`,
      mobile: `+1202555${String(100 + (number % 100)).padStart(4, '0')}`,
    },
    connection: { id: connectionIdStart + text },
  }
}

/** Values odd enough to be recognised anywhere. */
function profileOf(number: number) {
  return {
    first_name: 'Quillandra',
    last_name: 'Fennimoresby',
    email: `quillandra.${digits(number)}@retailer-mail.example`,
    mobile: '+12025550187',
    postal_code: '00501-7731',
    account_created_date: '2019-03-12T07:41:09Z',
    total_purchases: 73_190_421,
    last_purchase_date: '2025-12-30T19:27:03Z',
    brand_purchases: 11_730_942,
    last_brand_purchase_date: '2025-12-28T06:13:57Z',
    brand_purchase_rate: 0.1602873,
  }
}

function digits(number: number): string {
  return String(number).padStart(6, '0')
}
