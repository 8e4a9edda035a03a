import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import type { PostgresParts } from '../support/chaos-store.ts'
import { postgresOf } from '../support/chaos-store.ts'
import { startNetworkLink, throughLink } from '../support/network-link.ts'
import { pause } from '../support/wait.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const connections = 16
const secondMs = 1_000
const fullMs = 10 * 60 * secondMs
/** The pool and the listener each try once a second. */
const mostAttemptsPerSecond = 2
/** When the server goes, all of the pool's connections may be on their way; whoever waits for one does not try for itself. */
const mostAttemptsAtFirst = 6

interface Absence {
  readonly from: number
  readonly to: number
}

/** The most of the times that are in one second of one of the spans. */
function mostInOneSecond(times: readonly number[], spans: readonly Absence[]): number {
  return Math.max(
    0,
    ...spans.flatMap(({ from, to }) => {
      const during = times.filter((time) => time >= from && time < to)
      return during.map((start) => during.filter((time) => time >= start && time < start + secondMs).length)
    }),
  )
}

async function restartServer(context: ChaosContext): Promise<ChaosResult> {
  const store = await context.store()
  const { url: database, server } = postgresOf(store)
  const links = await Promise.all(Array.from({ length: store.relays }, () => startNetworkLink(Number(new URL(database).port))))
  const world = await startWorld(context, {
    store,
    hook: { reports: true },
    seed: 250,
    isTireless: true,
    changes(place) {
      const link = links[place]
      return link === undefined ? {} : { env: { RELAY_STORE: throughLink(database, link) } }
    },
  })
  world.producer.keepPosting(connections)
  const absences: Absence[] = []
  const endsAt = performance.now() + fullMs
  for (let restarts = 0; context.isQuick ? restarts < 3 : performance.now() < endsAt; restarts += 1) {
    await pause((5 + Math.random() * 5) * secondMs)
    const from = performance.now()
    await server.restart(Math.random() * 3 * secondMs)
    absences.push({ from, to: performance.now() })
    context.progress(`${restarts + 1} restarts`)
  }
  await pause(3 * secondMs)
  const before = world.producer.statuses.get(202) ?? 0
  await pause(3 * secondMs)
  const after = world.producer.statuses.get(202) ?? 0
  await world.producer.stop()
  const most = (spans: readonly Absence[]) => Math.max(...links.map((link) => mostInOneSecond(link.connectedAt, spans)))
  const atFirst = most(absences.map(({ from, to }) => ({ from, to: Math.min(from + secondMs, to) })))
  const later = most(absences.map(({ from, to }) => ({ from: from + secondMs, to })))
  const end = await endWorld(world, { mayLoseLeases: true, drainMs: 180_000 })
  await Promise.all(links.map((link) => link.close()))
  const { statuses } = world.producer
  const awayMs = absences.reduce((sum, { from, to }) => sum + to - from, 0)
  const notes = [
    `${absences.length} restarts, away for ${(awayMs / secondMs).toFixed(1)} s in all`,
    `${statuses.get(503) ?? 0} answers 503`,
    `at most ${atFirst} connections of one relay in the first second of it, ${later} in any other`,
  ]
  return resultOf('PostgreSQL restarts every 5 to 10 s under load', end, notes, {
    'no answer was 503': (statuses.get(503) ?? 0) > 0,
    'other answers than 202 and 503': [...statuses.keys()].every((status) => status === 202 || status === 503),
    'nothing was taken after the last restart': after > before,
    'pool and listener each tried more than once a second': later <= mostAttemptsPerSecond,
    'it connected again and again when the server went': atFirst <= mostAttemptsAtFirst,
  })
}

/** Row 25: the server is restarted again and again. */
export const serverRestarts: ChaosRow = {
  id: '25',
  name: 'PostgreSQL restarts',
  stores: ['postgres'],
  run: async (context) => [await restartServer(context)],
}

/** What is done to a server or to a database, and how it is undone. */
interface Failure {
  readonly name: string
  begin(postgres: PostgresParts): Promise<void>
  end(postgres: PostgresParts): Promise<void>
  /** Whether relays may go on as if nothing were, because they try again what failed. */
  readonly isSurvived: boolean
}

/** Whoever is connected has to connect again. */
function disconnect({ user }: PostgresParts): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`
}

/** A setting of the relays' user, until it is reset. */
function setting(name: string, value: string): Pick<Failure, 'begin' | 'end'> {
  return {
    begin: (postgres) => postgres.administer(`ALTER ROLE ${postgres.user} SET ${name} TO ${value}`, disconnect(postgres)),
    end: (postgres) => postgres.administer(`ALTER ROLE ${postgres.user} RESET ${name}`, disconnect(postgres)),
  }
}

/** Of the statements that store, claim or settle something this share fails with this code. */
function trouble(code: string, share: number): Pick<Failure, 'begin' | 'end'> {
  const tables = ['relay.events', 'relay.deliveries']
  return {
    begin: ({ administer }) =>
      administer(
        `CREATE FUNCTION public.trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF random() < ${share} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END IF; RETURN NULL; END $$`,
        ...tables.map(
          (table) =>
            `CREATE TRIGGER trouble AFTER INSERT OR UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION public.trouble()`,
        ),
      ),
    end: ({ administer }) => administer('DROP FUNCTION public.trouble() CASCADE'),
  }
}

const failures: readonly Failure[] = [
  {
    name: 'the server is killed and comes back',
    begin: ({ server }) => server.crash(2 * secondMs),
    end: async () => undefined,
    isSurvived: false,
  },
  {
    name: 'no connection is left for the relays',
    begin: (postgres) => postgres.administer(`ALTER ROLE ${postgres.user} CONNECTION LIMIT 0`, disconnect(postgres)),
    end: (postgres) => postgres.administer(`ALTER ROLE ${postgres.user} CONNECTION LIMIT -1`),
    isSurvived: false,
  },
  { name: 'every statement takes too long', ...setting('statement_timeout', "'1ms'"), isSurvived: false },
  { name: 'the database is read-only', ...setting('default_transaction_read_only', 'on'), isSurvived: false },
  { name: 'its disk is full', ...trouble('53100', 1), isSurvived: false },
  { name: 'serialisation failures', ...trouble('40001', 0.33), isSurvived: true },
  { name: 'deadlocks', ...trouble('40P01', 0.33), isSurvived: true },
]

async function breakServer(context: ChaosContext, failure: Failure, seed: number): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true }, seed, isTireless: true })
  const postgres = postgresOf(world.store)
  world.producer.keepPosting(connections)
  await pause(2 * secondMs)
  await failure.begin(postgres)
  await pause((context.isQuick ? 4 : 30) * secondMs)
  const taken = await takenDuring(world, secondMs)
  const ready = await readiness(world)
  await failure.end(postgres)
  await pause(3 * secondMs)
  const after = await takenDuring(world, 3 * secondMs)
  await world.producer.stop()
  const { statuses } = world.producer
  const isBack = failure.name.includes('comes back')
  const end = await endWorld(world, { mayLoseLeases: true, drainMs: 180_000 })
  const notes = [`${statuses.get(503) ?? 0} answers 503`, `${taken} answers 202 in a second of it, ${after} in three after it`]
  return resultOf(failure.name, end, notes, {
    'no answer was 503': failure.isSurvived || (statuses.get(503) ?? 0) > 0,
    'it took something all the same': failure.isSurvived || isBack || taken === 0,
    'it took nothing': !failure.isSurvived || taken > 0,
    'a relay called itself ready': failure.isSurvived || isBack || ready.every((status) => status === 503),
    'other answers than 202 and 503': [...statuses.keys()].every((status) => status === 202 || status === 503),
    'nothing was taken afterwards': after > 0,
  })
}

async function takenDuring({ producer }: World, ms: number): Promise<number> {
  const before = producer.statuses.get(202) ?? 0
  await pause(ms)
  return (producer.statuses.get(202) ?? 0) - before
}

function readiness({ fleet }: World): Promise<readonly number[]> {
  return Promise.all(fleet.urls().map(async (url) => (await fetch(`${url}/readyz`)).status))
}

/** Row 26: what else a server can do. */
export const serverFailures: ChaosRow = {
  id: '26',
  name: 'PostgreSQL killed, full, slow, read-only',
  stores: ['postgres'],
  async run(context) {
    const results: ChaosResult[] = []
    for (const [index, failure] of failures.entries()) results.push(await breakServer(context, failure, 260 + index))
    return results
  },
}
