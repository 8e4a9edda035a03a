import type { ActivitySteps } from '../../activity/activity-range.ts'
import type { ActivityRow } from '../activity-store.ts'
import type { ActivityEntry } from '../common/activity-tally.ts'
import { activityStepsMs, countedStepMs } from '../common/activity-tally.ts'
import type { SqlSession } from './sql-session.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Something that happened at a time, as often as it says. */
export interface TimedActivity extends ActivityEntry {
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * Counts what happened, in the caller's transaction, which calls it once: all relays write rows in one order, so that no two wait for each
 * other.
 */
export function countActivity(session: TransactionSession, entries: readonly TimedActivity[]): void {
  if (entries.length === 0) return
  session.write(
    `INSERT INTO relay.activity AS a (step_ms, at, destination, kind, latency, slot, count)
     SELECT s.step_ms, v.at - v.at % s.step_ms, v.destination, v.kind, v.latency, relay.slot(), sum(v.count)
     FROM unnest($1::bigint[]) AS s(step_ms),
       unnest($2::bigint[], $3::text[], $4::text[], $5::int[], $6::bigint[]) AS v(at, destination, kind, latency, count)
     WHERE v.count > 0 GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
     ON CONFLICT (step_ms, at, destination, kind, latency, slot) DO UPDATE SET count = a.count + excluded.count`,
    activityStepsMs,
    entries.map((one) => one.at),
    entries.map((one) => one.destination),
    entries.map((one) => one.kind),
    entries.map((one) => one.latency),
    entries.map((one) => one.count),
  )
}

/** Dead letters that no attempt made, one for each of the destinations. */
export function deadLetters(destinations: readonly string[], at: number): readonly TimedActivity[] {
  return destinations.map((destination) => ({ at, destination, kind: 'dead', latency: 0, count: 1 }))
}

/** What happened in each step, summed of the longest steps that fit. */
export function listActivity(session: SqlSession, { stepMs, since, until }: ActivitySteps): Promise<readonly ActivityRow[]> {
  return session.rows<ActivityRow>(
    `SELECT at - at % $1::bigint AS at, nullif(destination, '') AS destination, kind, latency, sum(count)::bigint AS count
     FROM relay.activity WHERE step_ms = $2 AND at >= $3 AND at < $4 GROUP BY at - at % $1::bigint, destination, kind, latency`,
    stepMs,
    countedStepMs(stepMs),
    since,
    until,
  )
}
