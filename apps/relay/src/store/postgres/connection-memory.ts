import type { ConnectionState } from '@subtotal-connectors/core'
import type { Ownership } from '../../erasure/person.ts'
import type { ConnectionContacts } from '../common/connection-contacts.ts'
import type { ConnectionHistory } from '../common/connection-history.ts'
import { historyOf } from '../common/connection-history.ts'
import type { IdentityArrivals } from '../common/identity-arrivals.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'
import { historyPlace } from '../common/memory-values.ts'
import { copyContacts } from './contact-copies.ts'
import type { ConnectionOwner, OpenedBlocks } from './erasure-guard.ts'
import type { HistoryCopies, HistoryRequest } from './history-copies.ts'
import { copyHistories } from './history-copies.ts'
import { lockConnections } from './lock-connections.ts'
import { learnedPeople } from './person-index.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A connection to be opened. */
export interface ConnectionRequest extends HistoryRequest {
  /** Whom an event may name that is asked whether it is dropped, apart from those whom the connection is known by. */
  readonly owners: readonly Ownership[]
}

/** What is known of some connections, locked until the transaction ends. What is changed in it is written by `save`, called last. */
export interface ConnectionMemory {
  readonly history: ConnectionHistory
  readonly contacts: ConnectionContacts
  readonly arrivals: IdentityArrivals
  readonly guard: OpenedBlocks
  save(): void
}

/** Locks and reads connections, of which one may be named more than once. Nothing may be locked before but what `share` of the guard does. */
export async function openConnections(
  { values, hash, guard }: Pick<StoreContext, 'values' | 'hash' | 'guard'>,
  session: TransactionSession,
  requests: readonly ConnectionRequest[],
): Promise<ConnectionMemory> {
  const ids = [...new Set(requests.map((one) => toStoredText(one.connectionId)))]
  const people = learnedPeople(hash)
  const [, , histories, contacts, hasBlocks] = await Promise.all([
    guard.share(session),
    lockConnections(session, ids),
    copyHistories(session, requests),
    copyContacts(session, values, ids, people.learn),
    guard.hasBlocks(session),
  ])
  const history = historyOf(histories, values, people)
  const blocks = await guard.openBlocks(session, hasBlocks ? ownersOf() : [])
  const arrived = new Set<string>()

  function ownersOf(): readonly ConnectionOwner[] {
    const known = ids.flatMap((connectionId) => {
      const said = histories.of(connectionId).map(({ order_key: orderKey, customer_id: customerId, email, mobile }) => ({
        customerId,
        email: values.open(email, historyPlace('email', connectionId, orderKey)),
        mobile: values.open(mobile, historyPlace('mobile', connectionId, orderKey)),
      }))
      const contact = contacts.find(connectionId)
      return [...said, ...(contact === undefined ? [] : [contact])].map((owner) => ({ ...owner, connectionId }))
    })
    const named = requests.flatMap(({ connectionId, owners }) => owners.map((owner) => ({ ...owner, connectionId })))
    return [...known, ...named]
  }

  return {
    history,
    contacts,
    arrivals: { add: (connectionId) => void arrived.add(connectionId) },
    guard: blocks,
    save() {
      histories.save(session)
      contacts.save(session)
      people.save(session)
      addArrivals(session, [...arrived])
      blocks.save(session)
      forgetUnknown(session, ids, histories)
    },
  }
}

/** What is known of a connection now, without a lock. */
export async function readConnection(
  { values }: Pick<StoreContext, 'values'>,
  session: SqlSession,
  connectionId: string,
): Promise<ConnectionState | undefined> {
  const copies = await copyHistories(session, [{ connectionId, orderKey: afterAll }])
  return historyOf(copies, values, { learn: () => undefined }).now(connectionId)
}

/** No key of a history comes later. */
const afterAll = '\u{10ffff}'

/** A letter is looked at under its connection's lock: one that was found wanting before is seen here, and another will see this. */
function addArrivals(session: TransactionSession, connectionIds: readonly string[]): void {
  if (connectionIds.length === 0) return
  session.write(
    `INSERT INTO relay.identity_arrivals (connection_id) SELECT id FROM unnest($1::text[]) AS arrived(id)
     WHERE EXISTS (SELECT FROM relay.deliveries WHERE is_identified = 0 AND ${isUnidentified}) ORDER BY id
     ON CONFLICT (connection_id) DO UPDATE SET position = 0`,
    connectionIds,
  )
}

/** Of a connection that nothing is known of, as its events are dropped, no trace is left but its lock. */
function forgetUnknown(session: TransactionSession, ids: readonly string[], histories: HistoryCopies): void {
  const unknown = ids.filter((id) => histories.of(id).length === 0)
  if (unknown.length > 0) session.write('DELETE FROM relay.connections WHERE connection_id = ANY($1::text[])', unknown)
}
