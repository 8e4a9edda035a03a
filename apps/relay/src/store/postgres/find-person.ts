import { isTheirs, withRecord } from '../../erasure/person.ts'
import { contactPlace, historyPlace } from '../common/memory-values.ts'
import type { ErasureStore } from '../erasure-store.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

interface MemoryRow {
  readonly connection_id: string
  readonly order_key: string
  readonly customer_id: string | null
  readonly email: string | null
  readonly mobile: string | null
}

/** So many rows are looked at in one go: a few milliseconds. */
const windowSize = 2_000
const contactsStep = 1

/**
 * Looks through all that is remembered of connections, in the order of their ids, and not in the index that searches use: what belongs to one
 * person only whole records tell.
 */
export async function findPerson(
  { values }: Pick<StoreContext, 'values'>,
  session: SqlSession,
  { person, after }: Parameters<ErasureStore['findPerson']>[0],
): ReturnType<ErasureStore['findPerson']> {
  const { step, after: place } = after ?? { step: 0, after: ['', ''] }
  const [connectionId, orderKey] = typeof place === 'number' ? ['', ''] : place
  const isContacts = step === contactsStep
  const rows = await (isContacts ? readContacts(session, connectionId) : readHistory(session, connectionId, orderKey))
  const placeOf = (column: 'email' | 'mobile', row: MemoryRow) =>
    isContacts ? contactPlace(column, row.connection_id) : historyPlace(column, row.connection_id, row.order_key)
  let found = person
  for (const row of rows) {
    const owner = {
      customerId: row.customer_id,
      email: values.open(row.email, placeOf('email', row)),
      mobile: values.open(row.mobile, placeOf('mobile', row)),
    }
    if (isTheirs(found, owner)) found = withRecord(found, row.connection_id, owner)
  }
  const last = rows.at(-1)
  if (rows.length === windowSize && last !== undefined) {
    return { person: found, next: { step, after: [last.connection_id, last.order_key] } }
  }
  return { person: found, next: isContacts ? null : { step: contactsStep, after: ['', ''] } }
}

function readHistory(session: SqlSession, connectionId: string, orderKey: string): Promise<readonly MemoryRow[]> {
  return session.rows<MemoryRow>(
    `SELECT connection_id, order_key, customer_id, email, mobile FROM relay.connection_history
     WHERE (connection_id, order_key) > ($1, $2) ORDER BY connection_id, order_key LIMIT ${windowSize}`,
    connectionId,
    orderKey,
  )
}

function readContacts(session: SqlSession, connectionId: string): Promise<readonly MemoryRow[]> {
  return session.rows<MemoryRow>(
    `SELECT connection_id, '' AS order_key, customer_id, email, mobile FROM relay.connection_contacts
     WHERE connection_id > $1 ORDER BY connection_id LIMIT ${windowSize}`,
    connectionId,
  )
}
