import { html } from 'hono/html'
import { maskEvent, maskedId } from '../../http/mask-event.ts'
import type { EventDetail } from '../../store/records.ts'
import { badge } from '../components/badge.ts'
import { card } from '../components/card.ts'
import { deliveryStatus } from '../components/delivery-status.ts'
import { facts } from '../components/facts.ts'
import { jsonView } from '../components/json-view.ts'
import { notice } from '../components/notice.ts'
import { time } from '../components/time.ts'
import { replayButton } from '../dead-letters/replay-button.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { listAddress } from '../list-address.ts'
import { revealForm } from '../reveal.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { planCard } from './plan-card.ts'
import type { EventPlan } from './plan-event.ts'
import type { TimelineEntry } from './timeline.ts'
import { timeline } from './timeline.ts'

/** What the page of one event is made of. */
export interface EventView {
  readonly session: ConsoleSession
  readonly detail: EventDetail
  readonly plans: readonly EventPlan[]
  readonly retailerName: string | null
  readonly isRevealed: boolean
  readonly now: number
}

/** What came in, what became of it, and what each destination is sent. */
export function eventPage(view: EventView): Page {
  const { session, detail, plans, isRevealed } = view
  const { event } = detail
  const action = `/console/events/${encodeURIComponent(event.id)}`
  return {
    title: `${event.type} ${event.id}`,
    aside: isRevealed ? badge('waiting', 'People’s data is shown; that is on record') : html`${revealForm(session, action)}`,
    content: html`${warnings(detail)}
${card({ title: 'Event', content: html`<div class="wide">${summary(view)}</div>` })}
<div class="cards wide">${[...detail.deliveries, ...missing(view)].map((delivery) => deliveryCard(delivery, view))}</div>
${card({ title: 'Canonical event', content: jsonView(isRevealed ? event : maskEvent(event), 'Canonical event') })}
${plans.map((plan) => planCard(plan))}`,
  }
}

type Delivery = EventDetail['deliveries'][number]

/** A destination that is configured and has no delivery of this event. */
interface Missing {
  readonly destination: string
}

function missing({ detail, plans }: EventView): readonly Missing[] {
  return plans.filter(({ destination }) => detail.deliveries.every((delivery) => delivery.destination !== destination))
}

function warnings({ isReadable, payloadDeletedAt }: EventDetail): Html | string {
  if (!isReadable) {
    return notice('bad', 'What is stored of this event is damaged. Only what is known beside it is shown, and it cannot be sent.')
  }
  if (payloadDeletedAt === null) return ''
  return notice(
    'waiting',
    html`Its content was deleted at ${time(payloadDeletedAt)}, when its time was over. Its entry in the ledger is left; it cannot be sent again.`,
  )
}

function summary({ detail, retailerName }: EventView): Html {
  const { event, receivedAt, versions } = detail
  const { customer, connection, isSimulated, isHistorical } = event
  const customerId = maskedId(customer.id)
  const marks = [...(isSimulated ? ['simulated'] : []), ...(isHistorical ? ['historical'] : [])]
  const ofConnection = listAddress('/console/events', { connection: connection.id })
  return facts([
    ['Received', time(receivedAt)],
    ['Happened', time(Date.parse(event.occurredAt))],
    ['Retailer', retailerName ?? connection.retailer ?? '—'],
    ['Connection', html`<a class="mono" href="${ofConnection}">${connection.id}</a>`],
    ['Customer', customerLink(customerId, customer.id)],
    ...(event.type === 'purchase.created' ? ([['Purchase', html`<span class="mono">${event.purchase.id}</span>`]] as const) : []),
    ['Idempotency key', html`<span class="mono">${event.idempotencyKey}</span>`],
    ...(versions === 0 ? [] : ([['Came again with other content', versions]] as const)),
    ...(marks.length === 0 ? [] : ([['Marked', marks.join(', ')]] as const)),
  ])
}

function customerLink(shown: string | null, id: string | null): Html | string {
  if (shown === null) return '—'
  return shown === id ? html`<a class="mono" href="${listAddress('/console/events', { customer: shown })}">${shown}</a>` : shown
}

function deliveryCard(delivery: Delivery | Missing, { session, detail, now }: EventView): Html {
  const { destination } = delivery
  const selection = { events: { id: detail.event.id, destination } }
  if (!('status' in delivery)) {
    return card({
      title: destination,
      aside: badge('neutral', 'no delivery'),
      content: html`<p>The event came before this destination was there.</p>${replayButton(session, selection, 'Deliver it there')}`,
    })
  }
  const canReplay = delivery.status !== 'pending' && detail.payloadDeletedAt === null && detail.isReadable
  const repeats = delivery.status === 'delivered'
  return card({
    title: destination,
    aside: deliveryStatus(delivery.status),
    content: html`<ol class="timeline">${timeline(delivery, detail.receivedAt, now).map(entry)}</ol>
${delivery.replayId === null ? '' : html`<p class="hint">Made due last by <a href="/console/dead-letters/replays/${delivery.replayId}">replay ${delivery.replayId}</a>.</p>`}
${canReplay ? replayButton(session, repeats ? { ...selection, repeatDelivered: true } : selection, repeats ? 'Send it again' : 'Replay') : ''}`,
  })
}

function entry({ at, tone, what, code, words }: TimelineEntry): Html {
  return html`<li class="${tone}">${time(at)} <span>${what}</span>${code === undefined ? '' : html` <code>${code}</code>`}${words === undefined || words === '' ? '' : html`<q>${words}</q>`}</li>`
}
