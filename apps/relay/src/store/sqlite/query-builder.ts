import type { Generated } from 'kysely'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { DeliveryStatus } from '../records.ts'

/** The tables that people search, as the query builder knows them. */
export interface SearchedTables {
  events: {
    seq: Generated<number>
    event_id: string
    type: string
    received_at: number
    customer_id: string | null
    connection_id: string
    retailer: string | null
    body: string
    payload_deleted_at: number | null
  }
  event_versions: { id: Generated<number>; event_seq: number }
  deliveries: {
    id: Generated<number>
    event_seq: number
    destination: string
    status: DeliveryStatus
    due_at: number
    attempts: number
    settled_at: number | null
    skip_reason: string | null
    error_code: string | null
    error_message: string | null
    replay_id: number | null
  }
}

/** Builds SQL for searches whose conditions vary; it runs nothing. */
export const queryBuilder: Kysely<SearchedTables> = new Kysely<SearchedTables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})
