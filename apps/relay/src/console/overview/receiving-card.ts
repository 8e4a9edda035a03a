import { html } from 'hono/html'
import type { ActivityKind } from '../../activity/activity-kind.ts'
import { refusals } from '../../activity/summarise-activity.ts'
import { badge } from '../components/badge.ts'
import { barChart } from '../components/bar-chart.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { ago } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { OverviewData } from './overview.ts'
import { perMinute } from './per-minute.ts'

const refusalWords: Readonly<Partial<Record<ActivityKind, string>>> = {
  unauthorized: 'wrong signature or time',
  too_large: 'too large',
  unsupported: 'form data',
  unavailable: 'could not be stored',
}

/** What comes in, and what does not. */
export function receivingCard({ now, stats, activity }: OverviewData): Html {
  const { totals, steps } = activity.received
  const { quarantined, enrichments, heldBackMs } = stats
  const refused = refusals.reduce((sum, kind) => sum + (totals[kind] ?? 0), 0)
  return card({
    title: 'Receiving',
    aside: refused > 0 ? badge('bad', `${count(refused)} refused`) : badge('neutral', `${count(stats.events)} events stored`),
    content: html`${barChart({
      label: 'Events stored per minute',
      badLabel: 'refused per minute',
      bars: steps.map(({ at, stored, refused: bad }) => ({
        at,
        value: perMinute(stored, activity.steps),
        badValue: perMinute(bad, activity.steps),
      })),
    })}
${facts([
  ['Stored', count(totals.stored ?? 0)],
  ['Duplicates', count(totals.duplicate ?? 0)],
  ['Ignored', count(totals.ignored ?? 0)],
  ['Refused', count(refused)],
  ['In quarantine now', quarantined === 0 ? '0' : html`<a href="/console/quarantine">${count(quarantined)}</a>`],
  [
    'Waiting for Subtotal',
    enrichments.waiting === 0 ? '0' : html`${count(enrichments.waiting)}, oldest ${ago(enrichments.oldestSince, now)}`,
  ],
  ...(heldBackMs === null
    ? []
    : [['Cleaning up held back', heldBackMs === 0 ? 'no' : `for ${count(Math.round(heldBackMs / 1000))} s`] as const]),
])}
${refusedReasons(totals)}`,
  })
}

function refusedReasons(totals: Readonly<Partial<Record<ActivityKind, number>>>): Html | string {
  const found = refusals.filter((kind) => (totals[kind] ?? 0) > 0)
  if (found.length === 0) return ''
  const words = found.map((kind) => `${count(totals[kind] ?? 0)} ${refusalWords[kind] ?? kind}`).join(', ')
  return html`<p class="hint">Refused: ${words}.</p>`
}
