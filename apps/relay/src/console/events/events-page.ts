import { html } from 'hono/html'
import { maskedId } from '../../http/mask-event.ts'
import type { ListedEvent } from '../../store/records.ts'
import { deliveryStatuses } from '../../store/records.ts'
import { deliveryStatus } from '../components/delivery-status.ts'
import { emptyState } from '../components/empty-state.ts'
import { notice } from '../components/notice.ts'
import { pager } from '../components/pager.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { listAddress } from '../list-address.ts'
import type { FilterForm } from './event-filters.ts'
import { eventFilters } from './event-filters.ts'

/** What the list of events is made of. */
export interface EventsView {
  readonly form: FilterForm
  readonly items: readonly ListedEvent[]
  readonly nextCursor: number | null
  /** Whether the list begins further down. */
  readonly isLaterPage: boolean
  /** Nothing was ever stored. */
  readonly isStoreEmpty: boolean
  /** Of a person who was looked for: whether anything is known by that. */
  readonly isPersonUnknown?: boolean
  readonly retailerName: (id: string | null) => string | null
}

/** The search for events, and what it found. */
export function eventsPage(view: EventsView): Page {
  const { form, items, nextCursor, isLaterPage } = view
  const { given } = form
  const older = nextCursor === null ? null : listAddress(form.action, { ...given, cursor: String(nextCursor) })
  return {
    title: 'Events',
    content: html`${view.isPersonUnknown === true ? notice('waiting', 'Nobody is known here by that email address or phone number.') : ''}
${eventFilters(form)}
${table({
  caption: Object.keys(given).length === 0 ? 'The newest events' : 'Events that match, the newest first',
  columns: ['Received', 'Type', 'Event', 'Retailer', 'Customer', 'Purchase', 'Deliveries'].map((label) => ({ label })),
  rows: items.map((item) => row(item, view)),
  empty: nothing(view, older),
})}
${items.length === 0 ? '' : pager({ newestHref: isLaterPage ? listAddress(form.action, given) : null, olderHref: older })}`,
  }
}

function row({ event, receivedAt, outcomes }: ListedEvent, { retailerName, form }: EventsView): readonly (Html | string)[] {
  const { customer, connection } = event
  const customerId = maskedId(customer.id)
  const isPlain = customerId !== null && customerId === customer.id
  return [
    time(receivedAt),
    event.type,
    html`<a class="mono" href="/console/events/${encodeURIComponent(event.id)}">${event.id}</a>`,
    retailerName(connection.retailer) ?? '—',
    isPlain ? html`<a href="${listAddress(form.action, { customer: customerId })}">${customerId}</a>` : (customerId ?? '—'),
    event.type === 'purchase.created' ? html`<span class="mono">${event.purchase.id}</span>` : '—',
    html`${outcomeBadges(outcomes)}`,
  ]
}

/** One for each status, with the destinations. */
function outcomeBadges(outcomes: ListedEvent['outcomes']): readonly Html[] {
  return deliveryStatuses.flatMap((status) => {
    const names = outcomes.filter((outcome) => outcome.status === status).map(({ destination }) => destination)
    return names.length === 0 ? [] : [html`${deliveryStatus(status)} ${names.join(', ')}<br>`]
  })
}

function nothing({ isStoreEmpty, isLaterPage }: EventsView, older: string | null): Html | string {
  if (isStoreEmpty) {
    return emptyState(
      'No event has come yet',
      html`<p>To see one go through, send an invented one: <code>subtotal-relay send --generate</code>. The <a href="/console">overview</a> says what else to do first.</p>`,
    )
  }
  if (older !== null) {
    return emptyState(
      'Nothing found so far',
      html`<p>Many events were looked at, the newest first, and none matches. <a href="${older}">Look at older ones</a>, or add a filter: a customer, purchase or connection is found at once.</p>`,
    )
  }
  return isLaterPage ? 'No older event matches.' : 'No event matches. Change the filter, or clear it.'
}
