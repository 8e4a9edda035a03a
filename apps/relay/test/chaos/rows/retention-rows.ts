import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { destinationNames } from '../../../src/demo/arrival-keys.ts'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { problemsOf } from '../chaos-row.ts'
import { pendingOf } from '../support/drain.ts'
import type { World } from '../support/world.ts'
import { startWorld } from '../support/world.ts'

const start = Date.parse('2026-11-20T12:00:00Z')
const minuteMs = 60_000
const hoursPerDay = 24
/** From when on as much is removed as comes in: the longest clock, and a day for the rounds. */
const evenDay = 3
const mebibyte = 1024 ** 2
const clocks = {
  RELAY_RETENTION_PAYLOAD_DAYS: '1',
  RELAY_RETENTION_LEDGER_DAYS: '2',
  RELAY_RETENTION_DEAD_LETTER_DAYS: '1',
  RELAY_RETENTION_QUARANTINE_DAYS: '1',
}

/** What a relay takes at the end of a day. */
interface Sample {
  readonly memory: number
  readonly files: number
  readonly descriptors: number
  readonly events: number
}

async function sample({ relay, store: { folder } }: World): Promise<Sample> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.db') || name.endsWith('-wal'))
  const events = /"events":(\d+)/.exec(JSON.stringify(await relay.get('/api/v1/stats')))?.[1]
  return {
    memory: relay.residentBytes(),
    files: files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    descriptors: readdirSync(`/proc/${relay.pid}/fd`).length,
    events: Number(events),
  }
}

/** An hour in which so many purchases come in and everything is delivered. */
async function liveAnHour(world: World, purchases: number): Promise<void> {
  await world.producer.postMany(purchases)
  for (let minutes = 0; minutes < 60; minutes += 10) await world.advance(10 * minuteMs)
  for (let waits = 0; waits < 60 && (await pendingOf(world.relay)) > 0; waits += 1) await world.advance(minuteMs)
}

async function liveDays(context: ChaosContext): Promise<ChaosResult> {
  const days = context.isQuick ? 6 : 21
  const purchases = context.isQuick ? 100 : 400
  const world = await startWorld(context, { hook: { virtualTime: start }, env: clocks, seed: 840 })
  const samples: Sample[] = []
  for (let day = 0; day < days; day += 1) {
    for (let hour = 0; hour < hoursPerDay; hour += 1) await liveAnHour(world, purchases)
    samples.push(await sample(world))
    context.progress(`day ${day + 1}: ${samples.at(-1)?.events ?? 0} events, ${inMib(samples.at(-1)?.files)}`)
  }
  const pending = await pendingOf(world.relay)
  await world.producer.stop()
  const { code } = await world.relay.stop()
  await world.destinations.close()
  const even = samples[evenDay]
  const last = samples.at(-1)
  if (even === undefined || last === undefined) throw new Error('There were too few days.')
  const sent = [...world.oracle.sent].filter((one) => one.isAcknowledged)
  const missing = sent.flatMap(({ key }) => destinationNames.filter((name) => world.oracle.arrivals(name, key) === 0)).length
  const counts = {
    acknowledged: sent.length,
    delivered: sent.length * destinationNames.length - missing,
    dead: 0,
    waiting: pending,
    lost: missing,
    duplicates: world.oracle.duplicates(),
  }
  const perDay = purchases * hoursPerDay
  return {
    fault: `${days} days of ${perDay} purchases, of which one is kept whole and two are known`,
    counts,
    notes: [
      `${even.events} events after ${evenDay + 1} days, ${last.events} after ${days}`,
      `files ${inMib(even.files)}, then ${inMib(last.files)}`,
      `memory ${inMib(even.memory)}, then ${inMib(last.memory)}`,
      `descriptors ${even.descriptors} and ${last.descriptors}`,
    ],
    problems: problemsOf({
      'something was not delivered': missing === 0 && pending === 0,
      'what is old is not removed': last.events <= 4 * perDay,
      'the files grew by more than a quarter': last.files <= 1.25 * even.files,
      'memory grew by more than 64 MiB': last.memory <= even.memory + 64 * mebibyte,
      'descriptors grew': last.descriptors <= even.descriptors + 20,
      'the log holds what it must not': world.watch.leaks().length === 0,
      'retention could not go on': world.watch.count('retention could not') === 0,
      'it did not end by itself': code === 0,
    }),
  }
}

function inMib(bytes = 0): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`
}

/** Days with short clocks: what a relay takes does not grow. */
export const retention: ChaosRow = {
  id: 'retention',
  name: 'retention over days',
  run: async (context) => [await liveDays(context)],
}
