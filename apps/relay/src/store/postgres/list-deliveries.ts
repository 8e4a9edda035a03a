import { toDeliveryRecord } from '../common/delivery-record.ts'
import type { DeliveryFilter, DeliveryRecord, Page, PageRequest } from '../records.ts'
import { searchDeliveries } from './search/search-deliveries.ts'
import type { SqlSession } from './sql-session.ts'

/** Deliveries that match, newest first. */
export async function listDeliveries(
  session: SqlSession,
  filter: DeliveryFilter,
  page: PageRequest,
): Promise<Page<DeliveryRecord>> {
  const { rows, nextCursor } = await searchDeliveries(session, filter, page)
  return { items: rows.map(toDeliveryRecord), nextCursor }
}
