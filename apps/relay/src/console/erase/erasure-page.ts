import { html } from 'hono/html'
import type { ErasureRecord } from '../../store/erasure-store.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { notice } from '../components/notice.ts'
import { postForm } from '../components/post-form.ts'
import { time } from '../components/time.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { erasureState } from './erasure-state.ts'
import { kindWords } from './identity-words.ts'

/** What can have been done just now. */
export type ErasureDone = 'started' | 'unblocked'

const doneWords: Readonly<Record<ErasureDone, string>> = {
  started: 'The erasure has begun. It goes on in the relay, also when this page is closed.',
  unblocked: 'Later events of the person are taken again.',
}

/** One erasure: how far it is, and when it is finished the proof. */
export function erasurePage(session: ConsoleSession, erasure: ErasureRecord, done?: ErasureDone): Page {
  const { id, createdAt, erasedAt, finishedAt, actor, kind, isBlocking, copies } = erasure
  return {
    title: `Erasure ${id}`,
    isLive: finishedAt === null,
    content: html`${done === undefined ? '' : notice('good', doneWords[done])}
${card({
  id: 'erasure',
  isLive: finishedAt === null,
  title: finishedAt === null ? 'How far it is' : 'Proof',
  aside: erasureState(erasure),
  content: html`<div class="wide">${facts([
    ['Asked for', time(createdAt)],
    ['By', actor],
    ['Found by', kindWords[kind]],
    ['Customer ids', count(erasure.customers)],
    ['Connections', count(erasure.connections)],
    ['Events erased', count(erasure.events)],
    ['Further versions', count(erasure.versions)],
    ['Deliveries', count(erasure.deliveries)],
    ['Quarantined', count(erasure.quarantined)],
    ['Nothing stored since', time(erasedAt)],
    ['No trace in the file since', time(finishedAt)],
    ['Later events', isBlocking ? 'dropped on arrival' : 'taken'],
  ])}</div>
<p class="hint">The proof names nobody. Keep the number with the request that you answered.</p>`,
})}
${copies.left.length === 0 ? '' : notice('waiting', `Beside the store are copies that are not the relay’s to delete: ${copies.left.join(', ')}.`)}
${isBlocking && session.role === 'operator' ? postForm(session, `/console/erase/${id}/unblock`, html`<button>Take later events again</button>`) : ''}
<p><a href="/console/erase">All erasures</a></p>`,
  }
}
