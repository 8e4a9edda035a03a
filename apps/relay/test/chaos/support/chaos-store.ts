import type { PostgresServer } from '../../support/postgres-server.ts'

/** What keeps a store. */
export type StoreKind = 'sqlite' | 'postgres'

/** A place where relays keep their store, and how the tests look into it. */
export interface ChaosStore {
  readonly kind: StoreKind
  /** Where its relays are started. The file `relay.db` of an SQLite store is in it. */
  readonly folder: string
  /** What its relays are told of it. */
  readonly env: Readonly<Record<string, string>>
  /** So many relays share it in a world. */
  readonly relays: number
  /** How long a lease of its relays holds. Default: as the relay has it. */
  readonly leaseMs?: number
  /** Gives each row of a query to `take`. Both kinds of store understand the same SQL. */
  each<Row>(sql: string, take: (row: Row) => void): Promise<void>
  /** Of PostgreSQL. */
  readonly postgres?: PostgresParts
}

/** What only a PostgreSQL store has. */
export interface PostgresParts {
  /** Of its database, as its relays' user, who owns it. */
  readonly url: string
  /** The same as a superuser. */
  readonly adminUrl: string
  /** The name of the relays' user. */
  readonly user: string
  readonly server: PostgresServer
  /** Runs statements one after the other as a superuser, on a connection of their own. */
  administer(...sql: readonly string[]): Promise<void>
}

/** Makes stores of one kind. */
export interface ChaosStores {
  readonly kind: StoreKind
  /** `SQLite 3.54.1` */
  version(): Promise<string>
  /** An empty one. */
  create(folder: string): Promise<ChaosStore>
  stop(): Promise<void>
}

/** The first column of the first row of a query, as a number; 0 without a row. */
export async function numberOf(store: Pick<ChaosStore, 'each'>, sql: string): Promise<number> {
  let found: number | undefined
  await store.each<Readonly<Record<string, unknown>>>(sql, (row) => {
    found ??= Number(Object.values(row)[0])
  })
  return found ?? 0
}

/** The parts of a PostgreSQL store. Throws when it is none. */
export function postgresOf(store: ChaosStore): PostgresParts {
  if (store.postgres === undefined) throw new Error('This row needs a PostgreSQL store.')
  return store.postgres
}
