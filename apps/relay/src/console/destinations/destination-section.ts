import type { CheckResult, ConnectorLimits, RequestRate } from '@subtotal-connectors/core'
import { html } from 'hono/html'
import { laneRates } from '../../delivery/lane-policy.ts'
import { defaultConcurrency } from '../../delivery/lane-settings.ts'
import type { LaneStatus } from '../../delivery/lane-status.ts'
import { longestReason } from '../../operations/pause-lane.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { field } from '../components/field.ts'
import { formatDuration } from '../components/format-duration.ts'
import { laneBadge, laneReason } from '../components/lane-state.ts'
import { postForm } from '../components/post-form.ts'
import { table } from '../components/table.ts'
import type { Html } from '../html.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import type { EventTreatment } from './describe-destination.ts'
import type { ConfiguredDestination, DestinationsData } from './destinations-page.ts'

/** One destination: its lane, its settings, and the buttons. */
export function destinationSection({ lane, setUp }: ConfiguredDestination, { session, now, checked }: DestinationsData): Html {
  const { destination } = lane
  return card({
    id: destination,
    title: destination,
    aside: html`<span id="${destination}-state" data-live>${laneBadge(lane)}</span>`,
    content: html`<div id="${destination}-reason" data-live>${laneReason(lane, now)}</div>
${setUp === undefined ? html`<p>Deliveries wait for it. Configure it again to send them, or mark them dead.</p>` : settings(setUp)}
${checked?.destination === destination ? checkResult(checked.result) : ''}
${setUp === undefined || session.role !== 'operator' ? '' : buttons(lane, session)}`,
  })
}

function settings({ connector, settings: lane, description }: NonNullable<ConfiguredDestination['setUp']>): Html {
  const { limits } = connector
  const rates = laneRates(connector, lane)
  const isOwnRate = lane.requestsPerSecond !== undefined
  return html`<div class="wide">${facts([
    ['Connector', connector.name],
    ['Sends to', description.urls.length === 0 ? '—' : description.urls.join(', ')],
    [
      'Rate',
      html`${rates.length === 0 ? 'not limited' : rates.map(showRate).join(', ')} <span class="muted">${isOwnRate ? 'as configured' : 'as documented'}</span>`,
    ],
    ['Batches at once', String(lane.concurrency ?? defaultConcurrency)],
    ['Order', lane.ordering === 'customer' ? 'each customer’s events one after another' : 'as they come'],
    ['Documented limits', showLimits(limits)],
    ['A repeated event', repeatWords[limits.deduplicates]],
  ])}</div>
<details><summary>Which events it gets</summary>
<p class="hint">Found by planning an invented event of each type; nothing was sent.</p>
${treatments(description.events)}
</details>`
}

const repeatWords: Readonly<Record<ConnectorLimits['deduplicates'], string>> = {
  yes: 'is ignored by the destination, as it documents',
  unconfirmed: 'carries the same id; the destination does not say what it does with it',
  no: 'is taken as another one; outcomes that are unknown are retried a few times only',
}

function showRate({ requests, perMs }: RequestRate): string {
  return `${count(requests)} requests per ${formatDuration(perMs).replace(/^1 /, '')}`
}

function showLimits({ maxMessagesPerRequest, maxBytesPerRequest, maxBytesPerMessage }: ConnectorLimits): string {
  const message = maxBytesPerMessage === undefined ? '' : `, ${count(maxBytesPerMessage)} bytes a message`
  return `${count(maxMessagesPerRequest)} messages and ${count(maxBytesPerRequest)} bytes a request${message}`
}

function treatments(events: readonly EventTreatment[]): Html {
  return table({
    caption: 'Events',
    isCaptionHidden: true,
    columns: [{ label: 'Type' }, { label: 'Sent' }],
    rows: events.map(({ type, notSent }) => [html`<code>${type}</code>`, notSent === null ? 'yes' : `no: ${notSent}`]),
    empty: '',
  })
}

function checkResult({ ok, proved, problems, notes }: CheckResult): Html {
  const lines = [
    ...problems.map((sentence) => html`<li><strong>Problem:</strong> ${sentence}</li>`),
    ...proved.map((sentence) => html`<li>Proved: ${sentence}</li>`),
    ...notes.map((sentence) => html`<li>Note: ${sentence}</li>`),
  ]
  return html`<div class="notice ${ok ? 'good' : 'bad'}" role="${ok ? 'status' : 'alert'}"><strong>${ok ? 'The check found no problem.' : 'The check found a problem.'}</strong>
<ul>${lines}</ul></div>`
}

function buttons(lane: LaneStatus, session: ConsoleSession): Html {
  const base = `/console/destinations/${encodeURIComponent(lane.destination)}`
  const resume = postForm(
    session,
    `${base}/resume`,
    html`<button class="primary">${lane.state === 'paused' ? 'Resume' : 'Try now'}</button>`,
  )
  const pause = postForm(
    session,
    `${base}/pause`,
    html`${field({
      id: `${lane.destination}-pause-reason`,
      name: 'reason',
      label: 'Reason of the pause',
      maxLength: longestReason,
    })}<button>Pause</button>`,
  )
  return html`<div class="actions">
${postForm(session, `${base}/check`, html`<button data-busy="Checking…">Check</button>`)}
${lane.state === 'running' ? '' : resume}
${lane.state === 'paused' ? '' : pause}
</div>`
}
