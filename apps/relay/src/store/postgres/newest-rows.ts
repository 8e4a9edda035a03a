import { toPage } from '../common/to-page.ts'
import type { Page, PageRequest } from '../records.ts'
import type { SqlSession } from './sql-session.ts'

/** A page of a table that has an `id`, the newest first. `columns`: those of the row, the id among them. */
export async function newestRows<Row extends { readonly id: number }, Item>(
  session: SqlSession,
  { table, columns }: { readonly table: string; readonly columns: string },
  page: PageRequest,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const rows = await session.rows<Row>(
    `SELECT ${columns} FROM relay.${table} WHERE id < $1 ORDER BY id DESC LIMIT $2`,
    page.cursor ?? Number.MAX_SAFE_INTEGER,
    page.limit + 1,
  )
  return toPage(rows, page.limit, (row) => row.id, toItem)
}
