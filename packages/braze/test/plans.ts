import type { SubtotalEvent, SubtotalEventType } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, publishedPurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { expect } from 'vitest'
import { createBrazeConnector } from '../src/braze-connector.ts'
import type { BrazeConnectorOptions } from '../src/braze-connector-options.ts'

/** A key that no plan and no error may show. */
export const apiKey = 'a-key-of-the-test'

/** What all {@link examples} share. */
export const common = {
  customer: { id: 'customer-42', email: ' Robin@Shoppers.Example ', mobile: '+12025550142' },
  occurredAt: '2026-01-21T16:05:00.000Z',
} as const

/** One event of each type; the purchase is the published one. */
export const examples: Readonly<Record<SubtotalEventType, SubtotalEvent>> = {
  'purchase.created': { ...publishedPurchaseEvent('braze'), ...common },
  'account.connected': makeConnectionEvent('account.connected', common),
  'connection.reauthenticated': makeConnectionEvent('connection.reauthenticated', common),
  'account.disconnected': makeConnectionEvent('account.disconnected', common),
  'connection.unauthenticated': makeConnectionEvent('connection.unauthenticated', common),
  'profile.created': makeProfileEvent('profile.created', common),
  'profile.updated': makeProfileEvent('profile.updated', common),
}

/** The bodies that would be sent. */
export function bodies(options: Partial<BrazeConnectorOptions>, events: readonly SubtotalEvent[]): unknown[] {
  return createBrazeConnector({ apiKey, instance: 'US-01', ...options })
    .plan(events)
    .requests.map((request) => request.body)
}

/** The properties of the one event that would be sent. */
export function propertiesOf(options: Partial<BrazeConnectorOptions>, event: SubtotalEvent): unknown {
  const parsed: unknown = JSON.parse(JSON.stringify(bodies(options, [event])[0]))
  return parsed instanceof Object && 'events' in parsed && Array.isArray(parsed.events) ? parsed.events[0].properties : undefined
}

/** Why an event would not be sent. */
export function refusal(options: Partial<BrazeConnectorOptions>, event: SubtotalEvent): unknown {
  const { requests, notSent } = createBrazeConnector({ apiKey, instance: 'US-01', ...options }).plan([event])
  expect(requests).toStrictEqual([])
  return notSent[0]?.result
}
