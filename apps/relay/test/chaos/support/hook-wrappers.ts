import type * as clockModule from '../../../src/clock/clock.ts'
import type * as readBodyModule from '../../../src/http/read-body.ts'
import type * as groupCommitModule from '../../../src/ingest/group-commit.ts'
import type * as relayEventsModule from '../../../src/observability/relay-events.ts'
import type * as openStoreModule from '../../../src/store/open-store.ts'
import type * as deliveryCountsModule from '../../../src/store/sqlite/delivery-counts.ts'
import type * as migrationsModule from '../../../src/store/sqlite/migrations.ts'
import type { Store } from '../../../src/store/store.ts'
import type { HookClock } from './hook-clock.ts'
import type { FaultPoint } from './hook-settings.ts'

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
}

/** The wrappers by the module's path in the relay's source, and whether a batch is with a destination. */
export function createWrappers({ report, reached, clock }: WrapperOptions): {
  readonly wrappers: Readonly<Record<string, Wrapped>>
  readonly isBusy: () => boolean
} {
  let batches = 0
  let isStopping = false

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
        openStore: async (...[url, itsClock, options]: Parameters<typeof original.openStore>) =>
          wrapStore(await original.openStore(url, itsClock, clock === undefined ? options : { ...options, hasThread: false })),
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
        const outcomes = await store.ingest(request)
        reached('after commit before answer')
        return outcomes
      },
      async claim(request) {
        report(`claiming ${request.destination}`)
        const claim = await store.claim(request)
        if (claim.deliveries.length > 0) report(`claimed ${request.destination} ${claim.deliveries.length}`)
        if (claim.deliveries.length > 0) reached('after claim')
        return claim
      },
      async settle(request) {
        reached('after send before settle')
        if (isStopping) reached('while draining')
        const outcome = await store.settle(request)
        if (outcome.stale > 0) report(`stale ${outcome.stale}`)
        return outcome
      },
    }
  }

  return { wrappers, isBusy: () => batches > 0 }
}
