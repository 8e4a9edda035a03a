import type { NotSent } from '@subtotal-connectors/core'
import { html } from 'hono/html'
import { card } from '../components/card.ts'
import { facts } from '../components/facts.ts'
import { jsonView } from '../components/json-view.ts'
import { notice } from '../components/notice.ts'
import type { Html } from '../html.ts'
import type { EventPlan } from './plan-event.ts'

/**
 * What a destination would be sent for one event: what is not sent and why, warnings, and each request whole without its key. It holds people's
 * data, unless the plan was masked.
 */
export function planCard({ destination, plan }: EventPlan): Html {
  const title = `What ${destination} is sent`
  if (plan === null) {
    const failed = 'The connector of this destination failed at telling. Such an event becomes a dead letter ERR_MAPPING.'
    return card({ title, content: notice('bad', failed) })
  }
  const { requests, notSent, warnings } = plan
  return card({
    title,
    content: html`${notSent.map(({ result }) => notice('waiting', toWords(result)))}
${warnings.map(({ warning }) => notice('waiting', warning))}
${requests.map(
  ({ method, url, headers, body }, index) => html`<p class="mono">${method} ${url}</p>
<div class="wide">${facts(Object.entries(headers))}</div>
${jsonView(body, `Request ${index + 1} to ${destination}`)}`,
)}
<p class="hint">As it would be sent now, with the present settings. Keys are left out.</p>`,
  })
}

function toWords(result: NotSent['result']): string {
  return result.status === 'skipped' ? `Not sent: ${result.reason}` : `Not sent: ${result.error.code}: ${result.error.message}`
}
