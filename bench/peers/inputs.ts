import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBrazeConnector } from '../../packages/braze/src/index.ts'
import type { Connector, PurchaseCreatedEvent } from '../../packages/core/src/index.ts'
import { parseWebhook } from '../../packages/core/src/index.ts'
import { createCustomerioConnector } from '../../packages/customerio/src/index.ts'
import { createKlaviyoConnector } from '../../packages/klaviyo/src/index.ts'
import { createWebhookGenerator } from '../../packages/testing/src/mocks.ts'

/** An event as our Klaviyo connector sends it. */
export interface KlaviyoMessage {
  readonly type: 'event-bulk-create'
  readonly attributes: {
    readonly profile: { readonly data: { readonly type: 'profile'; readonly attributes: { readonly email: string } } }
    readonly events: { readonly data: readonly [{ readonly type: 'event'; readonly attributes: KlaviyoEventAttributes }] }
  }
}

/** The event inside a {@link KlaviyoMessage}. */
export interface KlaviyoEventAttributes {
  readonly metric: { readonly data: { readonly type: 'metric'; readonly attributes: { readonly name: string } } }
  readonly properties: Readonly<Record<string, unknown>>
  readonly time: string
  readonly unique_id: string
  readonly backfill?: boolean
}

/** An event as our Braze connector sends it. */
export interface BrazeMessage {
  readonly email: string
  readonly name: string
  readonly time: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** An event as our Customer.io connector sends it. */
export interface CustomerioMessage {
  readonly type: 'track'
  readonly event: string
  readonly userId: string
  readonly messageId: string
  readonly timestamp: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** What the senders read: canonical events for ours, the same events already mapped for the peers. */
export interface Inputs {
  readonly events: readonly PurchaseCreatedEvent[]
  readonly klaviyo: readonly KlaviyoMessage[]
  readonly braze: readonly BrazeMessage[]
  readonly customerio: readonly CustomerioMessage[]
}

/** Reads one kind of input. */
export function readInput<Kind extends keyof Inputs>(folder: string, kind: Kind): Inputs[Kind] {
  const input: Inputs[Kind] = JSON.parse(readFileSync(join(folder, `${kind}.json`), 'utf8'))
  return input
}

/** Invents purchases, always the same, and writes them into a new folder, once canonical and once as each connector of ours maps them. */
export function writeInputs(count: number): string {
  const events = inventPurchases(count)
  const options = { apiKey: 'key-of-the-bench', baseUrl: 'http://127.0.0.1' }
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'))
  const write = (kind: keyof Inputs, input: unknown) => writeFileSync(join(folder, `${kind}.json`), JSON.stringify(input))
  write('events', events)
  write('klaviyo', messagesOf(createKlaviyoConnector(options), events, ['data', 'attributes', 'events-bulk-create', 'data']))
  write('braze', messagesOf(createBrazeConnector(options), events, ['events']))
  write('customerio', messagesOf(createCustomerioConnector(options), events, ['batch']))
  return folder
}

function inventPurchases(count: number): PurchaseCreatedEvent[] {
  const now = Date.parse('2026-11-02T12:00:00Z')
  const generator = createWebhookGenerator({ seed: 1, clock: () => now, variants: 'current', connections: 2_000 })
  const purchases: PurchaseCreatedEvent[] = []
  while (purchases.length < count) {
    const event = parseWebhook(generator.next().body, { receivedAt: new Date(now) })
    if (event?.type === 'purchase.created') purchases.push(event)
  }
  return purchases
}

function messagesOf(connector: Connector, events: readonly PurchaseCreatedEvent[], path: readonly string[]): unknown[] {
  const plan = connector.plan(events)
  if (plan.notSent.length > 0) throw new Error(`${connector.name} would not send ${plan.notSent.length} events.`)
  return plan.requests.flatMap(({ body }) => path.reduce(memberOf, body))
}

function memberOf(value: unknown, name: string): unknown {
  const found = typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name) : undefined
  if (found === undefined) throw new Error(`The planned request has no "${name}".`)
  return found[1]
}
