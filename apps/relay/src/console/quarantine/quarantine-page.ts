import { html } from 'hono/html'
import type { QuarantineRecord } from '../../store/records.ts'
import { count } from '../components/count.ts'
import { emptyState } from '../components/empty-state.ts'
import { notice } from '../components/notice.ts'
import type { Pager } from '../components/pager.ts'
import { pager } from '../components/pager.ts'
import { postForm } from '../components/post-form.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'

/** How many webhooks had each result when they were processed again. */
type Processed = Readonly<Record<'stored' | 'duplicate' | 'ignored' | 'quarantined', number>>

/** What the page shows. */
export interface QuarantineData {
  readonly session: ConsoleSession
  readonly items: readonly QuarantineRecord[]
  readonly ways: Pager
  /** What became of those that were just processed again. */
  readonly processed?: Processed & { readonly isRest: boolean }
}

/** The webhooks that were not understood. */
export function quarantinePage({ session, items, ways, processed }: QuarantineData): Page {
  const rows = items.map(({ id, reason, fields, receivedAt, count: times, bytes }) => [
    html`<a href="/console/quarantine/${id}">${id}</a>`,
    time(receivedAt),
    html`<code>${reason}</code>`,
    fields.length === 0 ? '—' : html`<span class="mono">${fields.join(', ')}</span>`,
    count(times),
    count(bytes),
  ])
  const again =
    session.role === 'operator' && items.length > 0
      ? postForm(session, '/console/quarantine/process', html`<button class="primary">Process all again</button>`)
      : undefined
  return {
    title: 'Quarantine',
    ...(again === undefined ? {} : { aside: again }),
    content: html`${processed === undefined ? '' : notice(processed.quarantined > 0 ? 'waiting' : 'good', toWords(processed))}
${table({
  caption: 'Webhooks that were not understood, newest first',
  columns: [
    { label: 'Id' },
    { label: 'Received' },
    { label: 'Reason' },
    { label: 'Fields' },
    { label: 'Times', isNumber: true },
    { label: 'Bytes', isNumber: true },
  ],
  rows,
  empty: emptyState(
    'Nothing is in quarantine',
    html`<p>Every webhook with a right signature was understood. One that is not will be kept here, and answered 202, until a newer version of the relay understands it.</p>`,
  ),
})}
${pager(ways)}`,
  }
}

function toWords({ stored, duplicate, ignored, quarantined, isRest }: QuarantineData['processed'] & object): string {
  const rest = isRest ? ' There are more: process again for the rest.' : ''
  return `${count(stored)} stored, ${count(duplicate)} known already, ${count(ignored)} of no use, ${count(quarantined)} still not understood.${rest}`
}
