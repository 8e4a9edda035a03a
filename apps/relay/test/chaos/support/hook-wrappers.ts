import type * as clockModule from '../../../src/clock/clock.ts'
import type * as leaseKeeperModule from '../../../src/delivery/lease-keeper.ts'
import type * as readBodyModule from '../../../src/http/read-body.ts'
import type * as groupCommitModule from '../../../src/ingest/group-commit.ts'
import type * as relayEventsModule from '../../../src/observability/relay-events.ts'
import type * as storeWatchModule from '../../../src/operations/store-watch.ts'
import type * as ledgerEntryModule from '../../../src/retention/to-ledger-entry.ts'
import type * as openStoreModule from '../../../src/store/open-store.ts'
import type * as migrateDatabaseModule from '../../../src/store/postgres/migrate-database.ts'
import type * as postgresMigrationsModule from '../../../src/store/postgres/migrations.ts'
import type * as openPoolModule from '../../../src/store/postgres/open-pool.ts'
import type * as deliveryCountsModule from '../../../src/store/sqlite/delivery-counts.ts'
import type * as migrationsModule from '../../../src/store/sqlite/migrations.ts'
import type * as sqliteRetentionModule from '../../../src/store/sqlite/sqlite-retention.ts'
import type { Store } from '../../../src/store/store.ts'
import type { HookClock } from './hook-clock.ts'
import { createCommitHook } from './hook-commits.ts'
import { shortenLeases } from './hook-leases.ts'
import { seldomLooking } from './hook-polls.ts'
import type { FaultPoint } from './hook-settings.ts'
import { createCallCounter } from './hook-store-calls.ts'

/** A module of the relay with some of its functions replaced. */
export interface Wrapped {
  readonly exports: readonly string[]
  wrap(original: never): object
}

/** What the wrappers tell. */
export interface WrapperOptions {
  readonly report: (line: string) => void
  readonly reached: (point: FaultPoint) => void
  readonly clock: HookClock | undefined
  /** Whether it moves only when told. */
  readonly isVirtual: boolean
  readonly leaseMs: number | undefined
  readonly isNextVersion: boolean
}

/** A step of retention removes up to fifty payloads. */
const halfStep = 25
/** A look every five seconds becomes one a minute. */
const lookTimes = 12
const nextMigration = 'ALTER TABLE relay.events ADD COLUMN of_the_next_version text'

/** The wrappers by the module's path in the relay's source, and whether a batch is with a destination or the store is at something. */
export function createWrappers({ report, reached, clock, isVirtual, leaseMs, isNextVersion }: WrapperOptions): {
  readonly wrappers: Readonly<Record<string, Wrapped>>
  readonly isBusy: () => boolean
} {
  const storeCalls = createCallCounter()
  const commits = createCommitHook(reached)
  let batches = 0
  let isStopping = false
  let emptied = 0

  const wrappers: Record<string, Wrapped> = {
    'observability/relay-events': {
      exports: ['createRelayEvents'],
      wrap: (original: typeof relayEventsModule) => ({
        createRelayEvents() {
          const events = original.createRelayEvents()
          events.on('commit:started', ({ size }) => report(`commit:started ${size}`))
          events.on('commit:finished', ({ size }) => report(`commit:finished ${size}`))
          events.on('webhook:answered', ({ result }) => report(`answered ${result}`))
          events.on('relay:stopping', () => {
            isStopping = true
            report('stopping')
          })
          events.on('batch:started', ({ destination, size }) => {
            batches += 1
            report(`batch ${destination} ${size}`)
          })
          events.on('batch:finished', () => {
            batches -= 1
          })
          events.on('delivery:attempted', ({ destination, status, isUnknown }) => {
            report(`attempted ${destination} ${status} ${isUnknown ? 'unknown' : 'known'}`)
          })
          events.on('lane:changed', ({ destination, state }) => report(`lane ${destination} ${state}`))
          return events
        },
      }),
    },
    'store/open-store': {
      exports: ['openStore'],
      wrap: (original: typeof openStoreModule) => ({
        async openStore(...[url, itsClock, options]: Parameters<typeof original.openStore>) {
          const virtual = isVirtual ? ({ hasThread: false, time: 'caller' } as const) : {}
          const store = storeCalls.counted(await original.openStore(url, itsClock, { ...options, ...virtual }))
          return wrapStore(store.sharing === undefined ? store : { ...store, sharing: storeCalls.counted(store.sharing) })
        },
      }),
    },
    'store/sqlite/delivery-counts': {
      exports: ['deliveryCounts'],
      wrap: (original: typeof deliveryCountsModule) => ({
        deliveryCounts(database: Parameters<typeof original.deliveryCounts>[0]) {
          const counts = original.deliveryCounts(database)
          return {
            ...counts,
            add(destination: string, status: string, difference: number) {
              counts.add(destination, status, difference)
              if (status === 'pending' && difference > 0) reached('inside commit')
              if (status === 'delivered' && difference > 0) reached('inside settle')
              if (status === 'delivered' && difference < 0) reached('inside replay insert')
              if (status === 'dead') reached('inside dead-lettering')
            },
          }
        },
      }),
    },
    'store/sqlite/migrations': {
      exports: ['migrate'],
      wrap: (original: typeof migrationsModule) => ({
        migrate(database: Parameters<typeof original.migrate>[0]) {
          const pragma = database.pragma.bind(database)
          database.pragma = (source, options) => {
            if (source.startsWith('user_version =')) reached('inside migration')
            return pragma(source, options)
          }
          original.migrate(database)
        },
      }),
    },
    'store/sqlite/sqlite-retention': {
      exports: ['sqliteRetention'],
      wrap: (original: typeof sqliteRetentionModule) => ({
        sqliteRetention(...args: Parameters<typeof original.sqliteRetention>) {
          const retention = original.sqliteRetention(...args)
          return {
            retain(request: Parameters<typeof retention.retain>[0]) {
              emptied = 0
              return retention.retain(request)
            },
          }
        },
      }),
    },
    'retention/to-ledger-entry': {
      exports: ['toLedgerEntry'],
      wrap: (original: typeof ledgerEntryModule) => ({
        toLedgerEntry(event: Parameters<typeof original.toLedgerEntry>[0]) {
          emptied += 1
          if (emptied === halfStep) reached('inside retention')
          return original.toLedgerEntry(event)
        },
      }),
    },
    'store/postgres/open-pool': {
      exports: ['openPool'],
      wrap: (original: typeof openPoolModule) => ({
        openPool: (options: Parameters<typeof original.openPool>[0]) => commits.watch(original.openPool(options)),
      }),
    },
    'store/postgres/migrations': {
      exports: isNextVersion ? ['migrations'] : [],
      wrap: (original: typeof postgresMigrationsModule) => ({
        migrations: isNextVersion ? [...original.migrations, nextMigration] : original.migrations,
      }),
    },
    'store/postgres/migrate-database': {
      exports: ['migrateDatabase'],
      wrap: (original: typeof migrateDatabaseModule) => ({
        migrateDatabase: (database: Parameters<typeof original.migrateDatabase>[0]) =>
          commits.within(['inside migration'], () => original.migrateDatabase(database)),
      }),
    },
    'delivery/lease-keeper': {
      exports: leaseMs === undefined ? [] : ['leaseMs', 'createLeaseKeeper'],
      wrap: (original: typeof leaseKeeperModule) => (leaseMs === undefined ? original : shortenLeases(original, leaseMs)),
    },
    'operations/store-watch': {
      exports: isVirtual ? ['createStoreWatch'] : [],
      wrap: (original: typeof storeWatchModule) => (isVirtual ? seldomLooking(original, lookTimes) : original),
    },
    'http/read-body': {
      exports: ['readBody'],
      wrap: (original: typeof readBodyModule) => ({
        readBody(...args: Parameters<typeof original.readBody>) {
          args[0].once('data', () => reached('mid-body'))
          return original.readBody(...args)
        },
      }),
    },
    'ingest/group-commit': {
      exports: ['createGroupCommit'],
      wrap: (original: typeof groupCommitModule) => ({
        createGroupCommit(options: Parameters<typeof original.createGroupCommit>[0]) {
          const commit = original.createGroupCommit(options)
          return {
            ...commit,
            add(...args: Parameters<typeof commit.add>) {
              reached('after verify')
              return commit.add(...args)
            },
          }
        },
      }),
    },
    'clock/clock': {
      exports: clock === undefined ? [] : ['systemClock'],
      wrap: (original: typeof clockModule) => ({ systemClock: clock?.clock ?? original.systemClock }),
    },
  }

  function wrapStore(store: Store): Store {
    return {
      ...store,
      async ingest(request) {
        reached('before commit')
        const outcomes = await commits.within(['inside commit', 'commit on its way'], () => store.ingest(request))
        reached('after commit before answer')
        return outcomes
      },
      async claim(request) {
        report(`claiming ${request.destination}`)
        const startedAt = performance.now()
        const claim = await store.claim(request)
        report(`claim took ${(performance.now() - startedAt).toFixed(1)}`)
        if (claim.deliveries.length > 0) report(`claimed ${request.destination} ${claim.deliveries.length}`)
        if (claim.deliveries.length > 0) reached('after claim')
        return claim
      },
      async settle(request) {
        reached('after send before settle')
        if (isStopping) reached('while draining')
        const outcome = await commits.within(pointsOfSettle(request), () => store.settle(request))
        if (outcome.stale > 0) report(`stale ${outcome.stale}`)
        return outcome
      },
      retain: (request) => commits.within(['inside retention'], () => store.retain(request)),
      advanceReplay: (request) => commits.within(['inside replay insert'], () => store.advanceReplay(request)),
    }
  }

  return { wrappers, isBusy: () => batches > 0 || storeCalls.isBusy() }
}

/** What is going on inside the transaction that a settling ends with. */
function pointsOfSettle({ settlements }: Parameters<Store['settle']>[0]): readonly FaultPoint[] {
  const statuses = new Set(settlements.map(({ verdict }) => verdict.status))
  const points: FaultPoint[] = []
  if (statuses.has('delivered')) points.push('inside settle')
  if (statuses.has('dead')) points.push('inside dead-lettering')
  return points
}
