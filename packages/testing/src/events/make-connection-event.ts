import type { ConnectionEvent } from '@subtotal-connectors/core'
import type { EventOverrides } from './event-defaults.ts'
import { eventDefaults } from './event-defaults.ts'

const ids: Readonly<Record<ConnectionEvent['type'], string>> = {
  'account.connected': '01KFGB50ACC0NNECTED0000001',
  'connection.reauthenticated': '01KFGB50REA0TH00000000001A',
  'account.disconnected': '01KFGB50D1SC0NNECTED00001B',
  'connection.unauthenticated': '01KFGB50NA0TH000000000001C',
}

/** An event of the connection of an invented customer at Walmart. Each type has an id of its own. */
export function makeConnectionEvent(type: ConnectionEvent['type'], overrides: EventOverrides = {}): ConnectionEvent {
  return { ...eventDefaults(ids[type], overrides), type }
}
