import type { SubtotalEventType } from '@subtotal-connectors/core'
import type { AcceptedBrazeObject, AcceptedKlaviyoEvent, GeneratedWebhook } from '@subtotal-connectors/testing/mocks'

/** The names of the demo's destinations. */
export const destinationNames = ['braze', 'klaviyo', 'customerio'] as const

/** One of {@link destinationNames}. */
export type DestinationName = (typeof destinationNames)[number]

/** What is known of a webhook before it is sent, enough to find it again at a destination. */
export type ExpectedWebhook = Pick<GeneratedWebhook, 'id' | 'eventType' | 'connectionId' | 'purchaseId' | 'occurredAt'>

/**
 * What each destination is meant to record for a webhook. Klaviyo is sent Subtotal's own ids. At the others a purchase is known
 * by its id, and anything else by what happened to which connection at what time: Braze keeps no id of an event.
 */
export function expectedKeys(webhook: ExpectedWebhook): Readonly<Record<DestinationName, string>> {
  const { id, eventType, connectionId, purchaseId, occurredAt } = webhook
  if (purchaseId !== null) {
    const key = purchaseKey(purchaseId)
    return { braze: key, klaviyo: key, customerio: key }
  }
  const key = happeningKey(eventType, connectionId, occurredAt)
  return { braze: key, klaviyo: id, customerio: key }
}

const brazeTypes: Readonly<Record<string, SubtotalEventType>> = {
  subtotal_account_connected: 'account.connected',
  subtotal_account_disconnected: 'account.disconnected',
  subtotal_connection_unauthenticated: 'connection.unauthenticated',
  subtotal_connection_reauthenticated: 'connection.reauthenticated',
  subtotal_profile_created: 'profile.created',
  subtotal_profile_updated: 'profile.updated',
}

const customerioTypes: Readonly<Record<string, SubtotalEventType>> = {
  'Account Connected': 'account.connected',
  'Account Disconnected': 'account.disconnected',
  'Connection Unauthenticated': 'connection.unauthenticated',
  'Connection Reauthenticated': 'connection.reauthenticated',
  'Profile Created': 'profile.created',
  'Profile Updated': 'profile.updated',
}

/** The key of what Braze recorded. */
export function brazeArrivalKey({ object }: AcceptedBrazeObject): string {
  const { name, time, properties } = object
  const purchaseId = textOf(properties, 'purchase_id')
  if (name === 'subtotal_purchase' && purchaseId !== undefined) return purchaseKey(purchaseId)
  return happeningKey(brazeTypes[String(name)] ?? name, textOf(properties, 'connection_id'), time)
}

/** The key of what Klaviyo recorded: the `unique_id`. */
export function klaviyoArrivalKey({ metric, uniqueId }: AcceptedKlaviyoEvent): string {
  return uniqueId ?? `${metric} without a unique_id`
}

/** The key of what Customer.io recorded. */
export function customerioArrivalKey(message: Readonly<Record<string, unknown>>): string {
  const { event, timestamp, properties } = message
  const orderId = textOf(properties, 'order_id')
  if (event === 'Order Completed' && orderId !== undefined) return purchaseKey(orderId)
  return happeningKey(customerioTypes[String(event)] ?? event, textOf(properties, 'connection_id'), timestamp)
}

function purchaseKey(purchaseId: string): string {
  return `purchase.created:${purchaseId}`
}

function happeningKey(type: unknown, connectionId: string | undefined, time: unknown): string {
  return `${String(type)} of connection ${connectionId ?? 'unknown'} at ${String(time)}`
}

function textOf(object: unknown, name: string): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined
  const value: unknown = Reflect.get(object, name)
  return typeof value === 'string' ? value : undefined
}
