import { html } from 'hono/html'
import type { DeadLetterCount } from '../../store/operations-store.ts'
import type { DeliveryRecord } from '../../store/records.ts'
import { count } from '../components/count.ts'
import { emptyState } from '../components/empty-state.ts'
import { notice } from '../components/notice.ts'
import { pager } from '../components/pager.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { FilterForm, GivenFilter } from '../events/event-filters.ts'
import { choice, textField, timeField } from '../events/event-filters.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { listAddress } from '../list-address.ts'
import { explanationOf } from './explanations.ts'
import { replayButton } from './replay-button.ts'

/** The dead letters of one destination and code. */
export interface DeadLetterGroup extends DeadLetterCount {
  /** The newest of them. */
  readonly newest: DeliveryRecord | undefined
}

/** What the page of dead letters is made of. */
export interface DeadLettersView {
  readonly form: FilterForm
  readonly types: readonly string[]
  /** The destinations to which something can be replayed. */
  readonly configured: readonly string[]
  readonly groups: readonly DeadLetterGroup[]
  readonly items: readonly DeliveryRecord[]
  readonly nextCursor: number | null
  readonly isLaterPage: boolean
}

/** What died and of what, with what is likely to help; and the letters themselves. */
export function deadLettersPage(view: DeadLettersView): Page {
  const { form, groups } = view
  const { session } = form
  return {
    title: 'Dead letters',
    aside: html`<a href="/console/dead-letters/replays">Replays</a>`,
    content: html`<p>A dead letter is a delivery that is not tried again by itself. Mend the cause, then replay: what a replay would do is counted first.</p>
${table({
  caption: 'By destination and reason',
  columns: [
    { label: 'Reason' },
    { label: 'Destination' },
    { label: 'Letters', isNumber: true },
    { label: 'The newest, in the destination’s words' },
    { label: 'What is likely to help' },
    ...(session.role === 'operator' ? [{ label: 'Replay' }] : []),
  ],
  rows: groups.map((group) => groupRow(group, view)),
  empty: emptyState('No dead letters', html`<p>Every delivery was made, skipped as configured, or is still under way.</p>`),
})}
${groups.length === 0 && Object.keys(form.given).length === 0 ? '' : letters(view)}`,
  }
}

function groupRow(
  { destination, code, count: letters, newest }: DeadLetterGroup,
  { form, configured }: DeadLettersView,
): readonly (Html | string)[] {
  const explanation = explanationOf(code)
  const address = listAddress(form.action, { destination, code })
  return [
    html`<a href="${address}#letters"><code>${code === '' ? 'without a code' : code}</code></a>${explanation === undefined ? '' : html`<p class="hint">${explanation.cause}</p>`}`,
    destination,
    count(letters),
    newest?.error === null || newest === undefined ? '—' : html`<q>${newest.error.message}</q> ${time(newest.settledAt)}`,
    capitalized(explanation?.remedy ?? 'see its words; then replay.'),
    ...(form.session.role === 'operator'
      ? [configured.includes(destination) ? replayButton(form.session, ofGroup(destination, code), 'Replay') : 'not configured']
      : []),
  ]
}

function ofGroup(destination: string, code: string): object {
  return { deliveries: { status: 'dead', destination, ...(code === '' ? {} : { code }) } }
}

function letters(view: DeadLettersView): Html {
  const { form, items, nextCursor, isLaterPage } = view
  const { given, action, session } = form
  const older = nextCursor === null ? null : listAddress(action, { ...given, cursor: String(nextCursor) })
  return html`<section id="letters"><h2>Letters</h2>
${filters(view)}
${items.length === 0 ? '' : html`<div class="actions">${replayButton(session, { deliveries: { ...given, status: 'dead' } }, 'Replay all that match')}</div>`}
${items.length === 0 && older !== null ? notice('waiting', html`Many letters were looked at, and none matches. <a href="${older}">Look at older ones.</a>`) : ''}
${table({
  caption: 'Dead letters that match, the newest first',
  columns: ['Died', 'Event', 'Type', 'Destination', 'Reason', 'In the destination’s words', 'Attempts'].map((label) => ({
    label,
  })),
  rows: items.map(letterRow),
  empty: older === null ? 'No dead letter matches. Change the filter, or clear it.' : '',
})}
${items.length === 0 ? '' : pager({ newestHref: isLaterPage ? listAddress(action, given) : null, olderHref: older })}</section>`
}

function letterRow({ settledAt, eventId, eventType, destination, error, attempts }: DeliveryRecord): readonly (Html | string)[] {
  return [
    time(settledAt),
    html`<a class="mono" href="/console/events/${encodeURIComponent(eventId)}">${eventId}</a>`,
    eventType,
    destination,
    html`<code>${error?.code ?? ''}</code>`,
    html`<q>${error?.message ?? ''}</q>`,
    count(attempts),
  ]
}

/** A GET form: nothing in it is a person's own. */
function filters({ form, groups, types }: DeadLettersView): Html {
  const { given, action, destinations } = form
  const codes = [...new Set([...groups.map((group) => group.code), ...ofGiven(given)])].filter((code) => code !== '')
  return html`<form class="search" method="get" action="${action}#letters">
${choice('destination', 'Destination', destinations, given)}${choice('code', 'Reason', codes, given)}${choice('type', 'Type', types, given)}
${textField('event', 'Event id', given)}${textField('connection', 'Connection', given)}
${timeField('since', 'Received from', given)}${timeField('until', 'Received until', given)}
<div class="actions"><button class="primary">Search</button><a href="${action}#letters">Clear</a></div></form>`
}

function ofGiven(given: GivenFilter): readonly string[] {
  return given['code'] === undefined ? [] : [given['code']]
}

function capitalized(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`
}
