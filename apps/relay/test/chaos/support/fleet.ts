import type { ChaosStore } from './chaos-store.ts'
import type { HookCommand, HookSettings } from './hook-settings.ts'
import type { LogWatch } from './log-watch.ts'
import type { Ending, RelayUnderTest, RelayUnderTestOptions } from './relay-under-test.ts'
import { startRelayUnderTest } from './relay-under-test.ts'

/** The relays of one store: one with SQLite, several with PostgreSQL. */
export interface Fleet {
  /** Those that are, or were, in each place. */
  readonly relays: readonly RelayUnderTest[]
  /** Of those that have said where they listen. */
  urls(): readonly string[]
  /** Starts one in the place of one that has ended; resolves when it listens. */
  replace(place: number, changes?: FleetChanges): Promise<RelayUnderTest>
  /** Tells all of them something; resolves to the latest of their times. Rejects when none is there to obey. */
  command(command: HookCommand): Promise<number>
  /** SIGTERM to all of them at once. */
  stop(): Promise<readonly Ending[]>
}

/** What one relay has that the others have not. */
export interface FleetChanges {
  readonly hook?: HookSettings
  readonly env?: Readonly<Record<string, string>>
}

/** How a fleet is started. */
export interface FleetOptions extends Pick<RelayUnderTestOptions, 'entry' | 'urls' | 'hook' | 'env' | 'onReport'> {
  readonly store: ChaosStore
  readonly watch: LogWatch
  /** What differs in one place or another. */
  readonly changes?: (place: number) => FleetChanges
}

/** Starts them, and waits until all of them listen. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { store, watch, changes, ...common } = options
  const relays: RelayUnderTest[] = []
  const urls: (string | undefined)[] = []

  async function start(place: number, own: FleetChanges): Promise<RelayUnderTest> {
    const { env = {}, ...rest } = own
    const relay = startRelayUnderTest({ ...common, ...rest, store, env: { ...common.env, ...env }, onLog: watch.line })
    relays[place] = relay
    urls[place] = undefined
    void relay.ended.then(() => {
      if (relays[place] === relay) urls[place] = undefined
    })
    urls[place] = await relay.url
    return relay
  }

  const places = Array.from({ length: store.relays }, (_, place) => place)
  await Promise.all(places.map((place) => start(place, changes?.(place) ?? {})))
  return {
    relays,
    urls: () => urls.flatMap((url) => url ?? []),
    replace: (place, own = changes?.(place) ?? {}) => start(place, own),
    async command(command) {
      const times = await Promise.allSettled(relays.map((relay) => relay.command(command)))
      const obeyed = times.flatMap((time) => (time.status === 'fulfilled' ? time.value : []))
      if (obeyed.length === 0) throw new Error('No relay is there to obey.')
      return Math.max(...obeyed)
    },
    stop: () => Promise.all(relays.map((relay) => relay.stop())),
  }
}
