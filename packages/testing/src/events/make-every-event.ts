import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent } from './make-connection-event.ts'
import { makeProfileEvent } from './make-profile-event.ts'
import { makePurchaseEvent } from './make-purchase-event.ts'

/** One event of each of the seven types, all of one customer and connection. */
export function makeEveryEvent(): readonly SubtotalEvent[] {
  return [
    makePurchaseEvent(),
    makeConnectionEvent('account.connected'),
    makeConnectionEvent('connection.reauthenticated'),
    makeConnectionEvent('account.disconnected'),
    makeConnectionEvent('connection.unauthenticated'),
    makeProfileEvent('profile.created'),
    makeProfileEvent('profile.updated'),
  ]
}
