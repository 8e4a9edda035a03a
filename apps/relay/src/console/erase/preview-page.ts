import { html } from 'hono/html'
import type { Identity } from '../../erasure/identity.ts'
import type { ErasurePlan } from '../../operations/plan-erasure.ts'
import type { ErasureRecord, StoreCopies } from '../../store/erasure-store.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { field } from '../components/field.ts'
import { notice } from '../components/notice.ts'
import { postForm } from '../components/post-form.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { kindWords } from './identity-words.ts'

/** What the page shows. */
export interface PreviewData {
  readonly session: ConsoleSession
  readonly identity: Identity
  readonly plan: ErasurePlan
  readonly copies: StoreCopies
  readonly earlier: readonly ErasureRecord[]
  /** Why it was not begun. */
  readonly problem?: string
}

/** What an erasure would erase, and the form that begins it. */
export function previewPage({ session, identity, plan, copies, earlier, problem }: PreviewData): Page {
  const { person, counts } = plan
  const { pending, delivered, skipped, dead } = counts.deliveries
  const isNothing = counts.events === 0 && counts.quarantined === 0 && person.connections.size === 0
  return {
    title: 'Erase: what there is',
    content: html`${problem === undefined ? '' : notice('bad', problem)}
${isNothing ? notice('neutral', `Nothing is stored by this ${kindWords[identity.kind]}.`) : ''}
${facts([
  ['Found by', kindWords[identity.kind]],
  ['Customer ids', count(person.customers.size)],
  ['Connections', count(person.connections.size)],
  ['Events', count(counts.events)],
  ['Further versions', count(counts.versions)],
  ['Quarantined', count(counts.quarantined)],
  ['Pending', count(pending)],
  ['Delivered', count(delivered)],
  ['Skipped', count(skipped)],
  ['Dead letters', count(dead)],
])}
${copies.deleted.length === 0 ? '' : html`<p>Copies of the store that the relay made itself are deleted: <span class="mono">${copies.deleted.join(', ')}</span>.</p>`}
${copies.left.length === 0 ? '' : notice('waiting', `Beside the store are copies that are not the relay’s to delete: ${copies.left.join(', ')}.`)}
${earlier.map(({ id, finishedAt }) => html`<p>Erased before: <a href="/console/erase/${id}">erasure ${id}</a>, ${finishedAt === null ? 'running' : time(finishedAt)}.</p>`)}
${card({
  title: 'Erase it',
  content: html`<p>It cannot be undone. What is in flight is waited for. A backup keeps what it has: erase again after a restore.</p>
${confirmForm(session, identity)}`,
})}
<p><a href="/console/erase">Back, without erasing</a></p>`,
  }
}

function confirmForm(session: ConsoleSession, { kind, value }: Identity): Html {
  return postForm(
    session,
    '/console/erase',
    html`<input type="hidden" name="kind" value="${kind}"><input type="hidden" name="value" value="${value}">
${field({ name: 'again', label: `Type the ${kindWords[kind]} again`, isRequired: true, maxLength: 512 })}
<div class="field"><label><input type="checkbox" name="block" value="yes"> Drop later events of the person on arrival</label></div>
<button class="danger">Erase</button>`,
  )
}
