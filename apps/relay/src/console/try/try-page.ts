import { html } from 'hono/html'
import { card } from '../components/card.ts'
import { field } from '../components/field.ts'
import { jsonView } from '../components/json-view.ts'
import { notice } from '../components/notice.ts'
import { postForm } from '../components/post-form.ts'
import { time } from '../components/time.ts'
import { planCard } from '../events/plan-card.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { madeUpTypes } from './made-up-webhook.ts'
import type { GivenWebhook, TriedWebhook, Understanding, Verification } from './try-webhook.ts'

/** What the page shows. */
export interface TryData {
  readonly session: ConsoleSession
  readonly destinations: readonly string[]
  /** What was given, and what was found of it. */
  readonly tried?: { readonly given: GivenWebhook; readonly found: TriedWebhook }
  /** Why nothing was done. */
  readonly problem?: string
  /** What became of a webhook that was sent and is shown nowhere else. */
  readonly sent?: string
}

/** Where a webhook is tried: what the relay makes of it, and what each destination would get. */
export function tryPage({ session, destinations, tried, problem, sent }: TryData): Page {
  return {
    title: 'Try it',
    content: html`${problem === undefined ? '' : notice('bad', problem)}${sent === undefined ? '' : notice('good', sent)}
<p>See what the relay makes of a webhook, and the exact request each destination would get. Nothing is stored or sent.</p>
${postForm(
  session,
  '/console/try/generate',
  html`${field({ name: 'type', label: 'Make one up', choices: madeUpTypes.map((type) => ({ value: type, label: type })) })}<button>Make up a webhook</button>`,
  'search',
)}
${postForm(session, '/console/try', givenFields(tried?.given), 'stack')}
${tried === undefined ? '' : results(session, destinations, tried)}`,
  }
}

function givenFields(given: GivenWebhook | undefined): Html {
  return html`<div class="field"><label for="body">Webhook</label><textarea id="body" name="body" rows="12" class="mono" required spellcheck="false" autocomplete="off" aria-describedby="body-hint">${given?.body ?? ''}</textarea><p class="hint" id="body-hint">The JSON that Subtotal posts, as it is.</p></div>
${field({ name: 'signature', label: 'X-Subtotal-Signature', value: given?.signature ?? '', maxLength: 1000, hint: 'With the timestamp, to see whether the relay would accept it. May be empty.' })}
${field({ name: 'timestamp', label: 'X-Subtotal-Timestamp', value: given?.timestamp ?? '', maxLength: 100 })}
<div class="actions"><button class="primary">Show what becomes of it</button></div>`
}

function results(session: ConsoleSession, destinations: readonly string[], { given, found }: Required<TryData>['tried']): Html {
  return html`<h2>What becomes of it</h2>
${verificationView(found.verification)}
${understandingView(found.understanding)}
${session.role === 'operator' ? sendForm(session, destinations, given, found.understanding) : ''}`
}

function verificationView(verification: Verification): Html {
  switch (verification.kind) {
    case 'unsigned':
      return notice('neutral', 'Signature: none was given, so it was not verified.')
    case 'verified':
      return notice(
        'good',
        html`Signature: right${verification.secretIndex === 0 ? '' : `, made with secret ${verification.secretIndex + 1} of those that are set`}. Signed ${time(verification.signedAt)}.`,
      )
    case 'refused':
      return notice('bad', html`Signature: refused with 401, <code>${verification.code}</code> ${verification.message}`)
  }
}

function understandingView(understanding: Understanding): Html {
  switch (understanding.kind) {
    case 'ignored':
      return notice('neutral', 'It needs no delivery: it is answered 202, and nothing of it is stored.')
    case 'quarantined':
      return notice(
        'waiting',
        html`It is not understood and would be quarantined: <code>${understanding.code}</code> ${understanding.message}${understanding.fields.length === 0 ? '' : html` Fields: <span class="mono">${understanding.fields.join(', ')}</span>.`}`,
      )
    case 'event':
      return html`<p class="hint">Read by itself. A running relay also fills in what earlier webhooks of the same connection said.</p>
${card({ title: 'Canonical event', content: jsonView(understanding.event, 'Canonical event') })}
${understanding.plans.map((plan) => planCard(plan))}`
  }
}

function sendForm(
  session: ConsoleSession,
  destinations: readonly string[],
  { body }: GivenWebhook,
  { kind }: Understanding,
): Html {
  const reached =
    kind === 'event'
      ? `It is stored, and delivered to ${destinations.join(', ')} like any other.`
      : 'It takes the way of any other.'
  return card({
    title: 'Send it to this relay',
    content: html`<p>Signed with the relay’s own secret, through the same door as Subtotal’s. ${reached} That you sent it is put on record.</p>
${postForm(
  session,
  '/console/try/send',
  html`<input type="hidden" name="body" value="${body}">
<div class="field"><label><input type="checkbox" name="sure" value="yes" required> I want it to be delivered</label></div>
<button class="danger">Send</button>`,
)}`,
  })
}
