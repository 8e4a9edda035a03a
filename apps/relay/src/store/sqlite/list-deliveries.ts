import type { Database } from 'better-sqlite3'
import type { DeliveryRow } from '../common/delivery-record.ts'
import { deliveryColumns, toDeliveryRecord } from '../common/delivery-record.ts'
import type { DeliveryFilter, DeliveryRecord, Page, PageRequest } from '../records.ts'
import { searchDeliveries } from './search/search-deliveries.ts'

const columns = deliveryColumns('')

/** Deliveries that match, newest first. */
export function listDeliveries(database: Database, filter: DeliveryFilter, page: PageRequest): Page<DeliveryRecord> {
  const { positions, nextCursor } = searchDeliveries(database, filter, page)
  const find = database.prepare<[number], DeliveryRow>(
    `SELECT ${columns} FROM deliveries d JOIN events e ON e.seq = d.event_seq WHERE d.id = ?`,
  )
  return { items: positions.flatMap((id) => find.all(id)).map(toDeliveryRecord), nextCursor }
}
