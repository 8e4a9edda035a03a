import type { Database } from 'better-sqlite3'
import type { ActivityKind, DeliveryActivityKind } from '../../activity/activity-kind.ts'
import type { ActivitySteps } from '../../activity/activity-range.ts'
import { latencyClass } from '../../activity/latency.ts'
import type { ActivityCount, ActivityRow } from '../activity-store.ts'

/** Counts what happens, in the transactions in which it does. */
export interface ActivityLog {
  /** Things of receiving: events stored, webhooks answered otherwise. */
  received(kind: Exclude<ActivityKind, DeliveryActivityKind>, at: number, count: number): void
  /** A dead letter that no attempt made. */
  died(destination: string, at: number): void
  /** Collects what becomes of deliveries, so that those of one kind are one write. */
  tally(at: number): ActivityTally
}

/** What became of deliveries in one transaction. */
interface ActivityTally {
  /** `latencyMs`: since it became pending; kept of what was delivered. */
  add(destination: string, kind: DeliveryActivityKind, latencyMs: number): void
  write(): void
}

const minuteMs = 60_000
const hourMs = 3_600_000
const stepsMs = [minuteMs, hourMs] as const
const removedSize = 500
/** A day of minutes, and a week of hours; with room for the step under way. */
const keptMs: Readonly<Record<(typeof stepsMs)[number], number>> = { [minuteMs]: 25 * hourMs, [hourMs]: 170 * hourMs }

/** Prepares the statements for counting. */
export function activityLog(database: Database): ActivityLog {
  const add = database.prepare(
    `INSERT INTO activity (step_ms, at, destination, kind, latency, count) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (step_ms, at, destination, kind, latency) DO UPDATE SET count = count + excluded.count`,
  )

  function record(at: number, destination: string, kind: ActivityKind, latency: number, count: number): void {
    for (const stepMs of stepsMs) add.run(stepMs, at - (at % stepMs), destination, kind, latency, count)
  }

  return {
    received(kind, at, count) {
      if (count > 0) record(at, '', kind, 0, count)
    },
    died: (destination, at) => record(at, destination, 'dead', 0, 1),
    tally(at) {
      const counts = new Map<string, Map<DeliveryActivityKind, Map<number, number>>>()
      return {
        add(destination, kind, latencyMs) {
          const latency = kind === 'delivered' ? latencyClass(latencyMs) : 0
          const kinds = counts.get(destination) ?? new Map<DeliveryActivityKind, Map<number, number>>()
          const latencies = kinds.get(kind) ?? new Map<number, number>()
          counts.set(destination, kinds.set(kind, latencies.set(latency, (latencies.get(latency) ?? 0) + 1)))
        },
        write() {
          for (const [destination, kinds] of counts) {
            for (const [kind, latencies] of kinds) {
              for (const [latency, count] of latencies) record(at, destination, kind, latency, count)
            }
          }
        },
      }
    },
  }
}

/** Writes down what was counted elsewhere. */
export function countActivity(database: Database, log: ActivityLog): (counts: readonly ActivityCount[]) => void {
  return database.transaction((counts: readonly ActivityCount[]) => {
    for (const { kind, at, count } of counts) log.received(kind, at, count)
  }).immediate
}

/** What happened in each step, summed of the longest steps that fit. */
export function listActivity(database: Database): (steps: ActivitySteps) => readonly ActivityRow[] {
  const select = database.prepare<[number, number, number, number, number], ActivityRow>(
    `SELECT at - at % ? AS at, nullif(destination, '') AS destination, kind, latency, sum(count) AS count FROM activity
     WHERE step_ms = ? AND at >= ? AND at < ? GROUP BY at - at % ?, destination, kind, latency`,
  )
  return ({ stepMs, since, until }) => select.all(stepMs, stepMs % hourMs === 0 ? hourMs : minuteMs, since, until, stepMs)
}

/** Removes a little of what nobody can look at any more. Whether there was any. */
export function removeActivity(database: Database): (now: number) => boolean {
  const remove = database.prepare(
    `DELETE FROM activity WHERE (step_ms, at, destination, kind, latency) IN
     (SELECT step_ms, at, destination, kind, latency FROM activity WHERE step_ms = ? AND at < ? LIMIT ${removedSize})`,
  )
  return database.transaction((now: number) =>
    stepsMs.map((stepMs) => remove.run(stepMs, now - keptMs[stepMs]).changes > 0).includes(true),
  ).immediate
}
