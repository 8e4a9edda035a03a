import { html } from 'hono/html'
import type { ErasureRecord } from '../../store/erasure-store.ts'
import { count } from '../components/count.ts'
import { field } from '../components/field.ts'
import { notice } from '../components/notice.ts'
import type { Pager } from '../components/pager.ts'
import { pager } from '../components/pager.ts'
import { postForm } from '../components/post-form.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { erasureState } from './erasure-state.ts'
import { identityChoices, kindWords } from './identity-words.ts'

/** What the page shows. */
export interface EraseData {
  readonly session: ConsoleSession
  readonly erasures: readonly ErasureRecord[]
  readonly ways: Pager
  /** Why nothing could be searched for, and by what kind. The value is not repeated. */
  readonly problem?: { readonly kind: string; readonly message: string }
}

/** Where a person is searched for, and the erasures there were. */
export function erasePage({ session, erasures, ways, problem }: EraseData): Page {
  const rows = erasures.map((erasure) => [
    html`<a href="/console/erase/${erasure.id}">${erasure.id}</a>`,
    erasureState(erasure),
    time(erasure.createdAt),
    erasure.actor,
    kindWords[erasure.kind],
    count(erasure.events),
    count(erasure.deliveries),
    count(erasure.quarantined),
    erasure.isBlocking ? 'dropped' : 'taken',
  ])
  return {
    title: 'Erase',
    content: html`${problem === undefined ? '' : notice('bad', problem.message)}
${session.role === 'operator' ? searchForm(session, problem?.kind) : notice('neutral', 'Only an operator may erase. Log in with the RELAY_ADMIN_TOKEN.')}
<h2>Erasures</h2>
${table({
  caption: 'Erasures, newest first, without the people',
  isCaptionHidden: true,
  columns: [
    { label: 'Id' },
    { label: 'State' },
    { label: 'Asked for' },
    { label: 'By' },
    { label: 'Found by' },
    { label: 'Events', isNumber: true },
    { label: 'Deliveries', isNumber: true },
    { label: 'Quarantined', isNumber: true },
    { label: 'Later events' },
  ],
  rows,
  empty: 'Nobody was erased yet.',
})}
${pager(ways)}`,
  }
}

function searchForm(session: ConsoleSession, kind: string | undefined): Html {
  return html`<p>Erases what this relay stores of a person: events, versions, attempts, dead letters, what is in quarantine, and what is remembered of all their connections. What destinations have got stays there. You see first what there is.</p>
${postForm(
  session,
  '/console/erase/preview',
  html`${field({ name: 'kind', label: 'Find the person by', choices: identityChoices, ...(kind === undefined ? {} : { value: kind }) })}
${field({ name: 'value', label: 'Value', isRequired: true, maxLength: 512, hint: 'It is not put into any address, log or record.' })}
<button class="primary">Look what there is</button>`,
  'search',
)}`
}
