import { html } from 'hono/html'
import { emptyState } from '../components/empty-state.ts'
import type { Html } from '../html.ts'
import type { OverviewData } from './overview.ts'

/** What to do while no event has come yet. */
export function firstRun({ webhookUrl }: Pick<OverviewData, 'webhookUrl'>): Html {
  return emptyState(
    'No event has come yet',
    html`<p>This relay takes Subtotal’s webhooks at <code>${webhookUrl}</code>.</p>
<ol>
<li>To see an event go through, send an invented one: <code>subtotal-relay send --generate --url ${webhookUrl}</code>. It reaches the destinations below.</li>
<li>To have Subtotal send its own: <code>subtotal-relay connect --url https://‹your host›/webhooks/subtotal</code>, or enter that address in Subtotal’s dashboard and set <code>SUBTOTAL_SIGNING_SECRET</code>.</li>
<li>To look at a webhook without sending anything on: <a href="/console/try">Try it</a>.</li>
</ol>`,
  )
}
