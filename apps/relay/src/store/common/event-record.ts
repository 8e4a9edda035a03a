import type { EventRecord } from '../records.ts'
import type { EventBodies } from './event-bodies.ts'
import type { EventColumns } from './unreadable-event.ts'
import { eventColumns, unreadableEvent } from './unreadable-event.ts'

/** An event as it is stored, with what is counted of it. */
export interface EventRow extends EventColumns {
  readonly seq: number
  readonly body: string
  readonly versions: number
  readonly payload_deleted_at: number | null
}

/** The columns of {@link EventRow}, of a table `e`. `schema`: before the names of tables. */
export const eventRowColumns = (schema: '' | 'relay.'): string => `e.seq, e.body, ${eventColumns}, e.payload_deleted_at,
  (SELECT count(*) FROM ${schema}event_versions v WHERE v.event_seq = e.seq) AS versions`

/** An event as people see it. */
export function toEventRecord(row: EventRow, bodies: EventBodies): EventRecord {
  const event = bodies.open(row)
  const { received_at: receivedAt, versions, payload_deleted_at: payloadDeletedAt } = row
  return { event: event ?? unreadableEvent(row), isReadable: event !== undefined, receivedAt, versions, payloadDeletedAt }
}
