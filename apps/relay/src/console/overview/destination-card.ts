import { html } from 'hono/html'
import { barChart } from '../components/bar-chart.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { formatDuration } from '../components/format-duration.ts'
import { laneBadge, laneReason } from '../components/lane-state.ts'
import type { Html } from '../html.ts'
import type { DestinationView, OverviewData } from './overview.ts'
import { perMinute } from './per-minute.ts'

/** How one destination is doing. */
export function destinationCard(view: DestinationView, { now, activity: { steps } }: OverviewData): Html {
  const { destination, lane, counts, nextDueAt, activity } = view
  const encoded = encodeURIComponent(destination)
  const { delivered = 0, skipped = 0, retried = 0 } = activity?.totals ?? {}
  const latency = activity?.latency ?? null
  return card({
    title: html`<a href="/console/destinations#${encoded}">${destination}</a>`,
    aside: laneBadge(lane),
    content: html`${laneReason(lane, now)}
${barChart({
  label: 'Delivered per minute',
  badLabel: 'failed attempts per minute',
  bars: (activity?.steps ?? []).map((step) => ({
    at: step.at,
    value: perMinute(step.delivered, steps),
    badValue: perMinute(step.dead + step.retried, steps),
  })),
})}
${facts([
  ['Delivered', count(delivered)],
  ['Waiting now', count(counts.pending)],
  ['Oldest due', nextDueAt === null || nextDueAt > now ? '—' : formatDuration(now - nextDueAt)],
  ['Latency p50', latency === null ? '—' : formatDuration(latency.p50Ms)],
  ['Latency p99', latency === null ? '—' : formatDuration(latency.p99Ms)],
  ['Failed attempts', count(retried)],
  ['Skipped', count(skipped)],
  [
    'Dead letters now',
    counts.dead === 0 ? '0' : html`<a href="/console/dead-letters?destination=${encoded}">${count(counts.dead)}</a>`,
  ],
])}`,
  })
}
