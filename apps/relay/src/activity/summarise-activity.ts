import type { ActivityRow } from '../store/activity-store.ts'
import type { ActivityKind, AnswerActivityKind, DeliveryActivityKind } from './activity-kind.ts'
import { deliveryActivityKinds } from './activity-kind.ts'
import type { ActivitySteps } from './activity-range.ts'
import { latencyQuantile } from './latency.ts'

/** What became of deliveries in one step. */
type DeliveryStep = Readonly<Record<DeliveryActivityKind, number>> & { readonly at: number }

/** What happened at one destination. */
export interface DestinationActivity {
  readonly destination: string
  /** One for each step, in order. */
  readonly steps: readonly DeliveryStep[]
  readonly totals: Readonly<Record<DeliveryActivityKind, number>>
  /** From accepted to confirmed, of what was delivered; milliseconds, estimated. `null` when nothing was. */
  readonly latency: { readonly p50Ms: number; readonly p99Ms: number } | null
}

/** How webhooks were answered. */
interface ReceivedActivity {
  /** One for each step, in order: events stored, and webhooks that were refused. */
  readonly steps: readonly { readonly at: number; readonly stored: number; readonly refused: number }[]
  readonly totals: Readonly<Partial<Record<ActivityKind, number>>>
}

/** What happened in a range of time. */
export interface Activity {
  readonly received: ReceivedActivity
  /** In the order of the names asked for, then those that only activity is known of. */
  readonly destinations: readonly DestinationActivity[]
}

/** Webhooks of which nothing is kept. */
export const refusals: readonly AnswerActivityKind[] = ['unauthorized', 'too_large', 'unsupported', 'unavailable']

/** The counts as series, with a zero where nothing happened. */
export function summariseActivity(rows: readonly ActivityRow[], steps: ActivitySteps, names: readonly string[]): Activity {
  const received = rows.filter((row) => row.destination === null)
  const found = rows.flatMap(({ destination }) => destination ?? [])
  return {
    received: {
      steps: toSteps(received, steps, (of) => ({
        stored: of('stored'),
        refused: refusals.reduce((sum, kind) => sum + of(kind), 0),
      })),
      totals: totalsOf(received),
    },
    destinations: [...new Set([...names, ...found])].map((destination) =>
      summariseDestination(
        destination,
        rows.filter((row) => row.destination === destination),
        steps,
      ),
    ),
  }
}

function summariseDestination(destination: string, rows: readonly ActivityRow[], steps: ActivitySteps): DestinationActivity {
  const totals = totalsOf(rows)
  const latencies = new Map<number, number>()
  for (const { kind, latency, count } of rows) {
    if (kind === 'delivered') latencies.set(latency, (latencies.get(latency) ?? 0) + count)
  }
  const [p50Ms, p99Ms] = [latencyQuantile(latencies, 0.5), latencyQuantile(latencies, 0.99)]
  return {
    destination,
    steps: toSteps(rows, steps, byKind),
    totals: byKind((kind) => totals[kind] ?? 0),
    latency: p50Ms === null || p99Ms === null ? null : { p50Ms, p99Ms },
  }
}

function byKind(of: (kind: DeliveryActivityKind) => number): Record<DeliveryActivityKind, number> {
  const [delivered, skipped, dead, retried] = deliveryActivityKinds.map(of)
  return { delivered: delivered ?? 0, skipped: skipped ?? 0, dead: dead ?? 0, retried: retried ?? 0 }
}

function totalsOf(rows: readonly ActivityRow[]): Partial<Record<ActivityKind, number>> {
  const totals: Partial<Record<ActivityKind, number>> = {}
  for (const { kind, count } of rows) totals[kind] = (totals[kind] ?? 0) + count
  return totals
}

function toSteps<Step extends object>(
  rows: readonly ActivityRow[],
  { since, until, stepMs }: ActivitySteps,
  toStep: (of: (kind: ActivityKind) => number) => Step,
): (Step & { readonly at: number })[] {
  const byTime = new Map<number, Partial<Record<ActivityKind, number>>>()
  for (const row of rows) {
    const counts = byTime.get(row.at) ?? {}
    byTime.set(row.at, { ...counts, [row.kind]: (counts[row.kind] ?? 0) + row.count })
  }
  return Array.from({ length: (until - since) / stepMs }, (_, index) => {
    const at = since + index * stepMs
    return { at, ...toStep((kind) => byTime.get(at)?.[kind] ?? 0) }
  })
}
