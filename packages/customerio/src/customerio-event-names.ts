import type { SubtotalEventType } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { journeysLimits } from './customerio-limits.ts'

/**
 * The events' names at Customer.io. `Order Completed` is its own semantic name for a purchase; the others follow its form, object
 * and past participle.
 *
 * Source: https://docs.customer.io/integrations/data-in/semantic-events/ecommerce
 */
export const customerioEventNames: Readonly<Record<SubtotalEventType, string>> = {
  'purchase.created': 'Order Completed',
  'account.connected': 'Account Connected',
  'account.disconnected': 'Account Disconnected',
  'connection.unauthenticated': 'Connection Unauthenticated',
  'connection.reauthenticated': 'Connection Reauthenticated',
  'profile.created': 'Profile Created',
  'profile.updated': 'Profile Updated',
}

/**
 * Names with which Customer.io does something to a person, a device or an object instead of recording an event.
 *
 * Source: https://docs.customer.io/integrations/data-in/semantic-events/cio-journeys.md
 */
const reservedEventNames: ReadonlySet<string> = new Set([
  'User Deleted',
  'User Suppressed',
  'User Unsuppressed',
  'Device Created or Updated',
  'Device Deleted',
  'Relationship Deleted',
  'Object Deleted',
  'Report Delivery Event',
  'Report Content Event',
])

/** Refuses names that Customer.io would not record as the event they are meant to be. Throws an `OptionsError`. */
export function checkEventNames(events: Partial<Record<SubtotalEventType, false | string>> = {}): void {
  for (const [type, name] of Object.entries(events)) {
    if (typeof name !== 'string') continue
    if (reservedEventNames.has(name.trim())) {
      throw new OptionsError(
        `Option events: "${type}" must not be named "${name.trim()}", which Customer.io acts upon instead of recording it.`,
      )
    }
    if (Buffer.byteLength(name) > journeysLimits.eventNameBytes) {
      throw new OptionsError(
        `Option events: the name of "${type}" is longer than ${journeysLimits.eventNameBytes} bytes, which Customer.io does not take.`,
      )
    }
  }
}
