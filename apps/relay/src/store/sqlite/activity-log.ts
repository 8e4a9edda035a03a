import type { Database } from 'better-sqlite3'
import type { ActivityKind, DeliveryActivityKind } from '../../activity/activity-kind.ts'
import type { ActivitySteps } from '../../activity/activity-range.ts'
import type { ActivityCount, ActivityRow } from '../activity-store.ts'
import type { ActivityTally } from '../common/activity-tally.ts'
import { activityStepsMs, countedStepMs, keptActivityMs } from '../common/activity-tally.ts'

/** Counts what happens, in the transactions in which it does. */
export interface ActivityLog {
  /** Things of receiving: events stored, webhooks answered otherwise. */
  received(kind: Exclude<ActivityKind, DeliveryActivityKind>, at: number, count: number): void
  /** A dead letter that no attempt made. */
  died(destination: string, at: number): void
  /** What became of deliveries. */
  settled(at: number, tally: ActivityTally): void
}

const removedSize = 500

/** Prepares the statements for counting. */
export function activityLog(database: Database): ActivityLog {
  const add = database.prepare(
    `INSERT INTO activity (step_ms, at, destination, kind, latency, count) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (step_ms, at, destination, kind, latency) DO UPDATE SET count = count + excluded.count`,
  )

  function record(at: number, destination: string, kind: ActivityKind, latency: number, count: number): void {
    for (const stepMs of activityStepsMs) add.run(stepMs, at - (at % stepMs), destination, kind, latency, count)
  }

  return {
    received(kind, at, count) {
      if (count > 0) record(at, '', kind, 0, count)
    },
    died: (destination, at) => record(at, destination, 'dead', 0, 1),
    settled(at, tally) {
      for (const { destination, kind, latency, count } of tally.entries()) record(at, destination, kind, latency, count)
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
  return ({ stepMs, since, until }) => select.all(stepMs, countedStepMs(stepMs), since, until, stepMs)
}

/** Removes a little of what nobody can look at any more. Whether there was any. */
export function removeActivity(database: Database): (now: number) => boolean {
  const remove = database.prepare(
    `DELETE FROM activity WHERE (step_ms, at, destination, kind, latency) IN
     (SELECT step_ms, at, destination, kind, latency FROM activity WHERE step_ms = ? AND at < ? LIMIT ${removedSize})`,
  )
  return database.transaction((now: number) =>
    activityStepsMs.map((stepMs) => remove.run(stepMs, now - keptActivityMs(stepMs)).changes > 0).includes(true),
  ).immediate
}
