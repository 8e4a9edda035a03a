import { html } from 'hono/html'
import type { ProcessedWebhook } from '../../operations/process-quarantine.ts'
import type { QuarantinedWebhook } from '../../store/operations-store.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { notice } from '../components/notice.ts'
import { postForm } from '../components/post-form.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { revealForm } from '../reveal.ts'
import type { ConsoleSession } from '../session/console-session.ts'

/** What the page shows. */
export interface QuarantinedData {
  readonly session: ConsoleSession
  readonly webhook: QuarantinedWebhook
  /** Whether an operator asked for the body just now. */
  readonly isRevealed: boolean
  /** What became of it when it was processed just now, and stayed. */
  readonly processed?: ProcessedWebhook
}

/** One webhook that was not understood. */
export function quarantinedPage({ session, webhook, isRevealed, processed }: QuarantinedData): Page {
  const { id, reason, fields, receivedAt, signedAt, count: times, bytes, body } = webhook
  const path = `/console/quarantine/${id}`
  return {
    title: `Quarantined webhook ${id}`,
    content: html`${processed?.result === 'quarantined' ? notice('waiting', `It is still not understood: ${processed.reason}.`) : ''}
<div class="wide">${facts([
      ['Reason', html`<code>${reason}</code>`],
      ['Fields', fields.length === 0 ? '—' : html`<span class="mono">${fields.join(', ')}</span>`],
      ['Received', time(receivedAt)],
      ['Signed', time(signedAt)],
      ['Times', count(times)],
      ['Bytes', count(bytes)],
    ])}</div>
${session.role === 'operator' ? html`<div class="actions">${postForm(session, `${path}/process`, html`<button class="primary">Process again</button>`)}${isRevealed ? '' : revealForm(session, `${path}/reveal`)}</div>` : ''}
${card({ title: 'Body', content: isRevealed ? html`<pre tabindex="0">${body}</pre>` : masked(session) })}
<p><a href="/console/quarantine">All of the quarantine</a></p>`,
  }
}

function masked({ role }: ConsoleSession): Html {
  const who = role === 'operator' ? '' : ' An operator may.'
  return html`<p class="muted">As it came it may hold a person’s data, and is not shown.${who}</p>`
}
