import { html } from 'hono/html'
import type { ActivityRange } from '../../activity/activity-range.ts'
import { activityRanges } from '../../activity/activity-range.ts'
import type { LaneStatus } from '../../delivery/lane-status.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { destinationCard } from './destination-card.ts'
import { firstRun } from './first-run.ts'
import type { OverviewData } from './overview.ts'
import { destinationViews } from './overview.ts'
import { receivingCard } from './receiving-card.ts'

const rangeLabels: Readonly<Record<ActivityRange, string>> = { '1h': '1 hour', '24h': '24 hours', '7d': '7 days' }

/** Whether events are flowing, and where not. */
export function overviewPage(data: OverviewData): Page {
  const { stats, activity, lanes } = data
  const isEmpty = stats.events === 0 && stats.quarantined === 0
  return {
    title: 'Overview',
    aside: ranges(activity.range),
    isLive: true,
    content: html`<p id="summary" data-live aria-live="polite">${summary(lanes)}</p>
<div id="first-run" data-live>${isEmpty ? firstRun(data) : ''}</div>
<div class="cards" id="cards" data-live>
${receivingCard(data)}
${destinationViews(data).map((view) => destinationCard(view, data))}
</div>`,
  }
}

function ranges(current: ActivityRange): Html {
  const links = activityRanges.map(
    (range) =>
      html`<a class="range" href="/console?range=${range}"${range === current ? html` aria-current="true"` : ''}>${rangeLabels[range]}</a>`,
  )
  return html`<nav class="ranges" aria-label="Range of the charts">${links}</nav>`
}

function summary(lanes: readonly LaneStatus[]): string {
  const stopped = lanes.filter((lane) => lane.state !== 'running')
  if (stopped.length === 0)
    return lanes.length === 1 ? 'The destination takes events.' : `All ${lanes.length} destinations take events.`
  const names = stopped.map(({ destination, state }) => `${destination} (${state.replace('_', ' ')})`).join(', ')
  return `${lanes.length - stopped.length} of ${lanes.length} destinations take events. Held up: ${names}. Nothing is lost meanwhile.`
}
