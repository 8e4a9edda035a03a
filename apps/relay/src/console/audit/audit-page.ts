import { html } from 'hono/html'
import type { AuditEntry } from '../../store/records.ts'
import type { Pager } from '../components/pager.ts'
import { pager } from '../components/pager.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'

/** Who did what, and when. */
export function auditPage(entries: readonly AuditEntry[], ways: Pager): Page {
  const rows = entries.map(({ at, actor, action, subject }) => [time(at), actor, action, linked(subject)])
  return {
    title: 'Audit',
    content: html`<p class="hint">Every change, and every look at people’s data. Who is told as <em>operator</em> or <em>viewer</em>, as tokens are shared; <em>relay</em> is the relay itself. No entry names a customer.</p>
${table({
  caption: 'What is on record',
  isCaptionHidden: true,
  columns: [{ label: 'When' }, { label: 'Who' }, { label: 'What' }, { label: 'To what' }],
  rows,
  empty: 'Nothing is on record yet: nobody has changed anything, and nobody has looked at people’s data.',
})}
${pager(ways)}`,
  }
}

const places: readonly (readonly [pattern: RegExp, path: string])[] = [
  [/^event (\S+)$/, '/console/events/'],
  [/^quarantined webhook (\d+)$/, '/console/quarantine/'],
  [/^erasure (\d+)\b/, '/console/erase/'],
]

/** To the page of what it was done to, where there is one. */
function linked(subject: string): Html {
  for (const [pattern, path] of places) {
    const id = pattern.exec(subject)?.[1]
    if (id !== undefined) return html`<a href="${path}${encodeURIComponent(id)}">${subject}</a>`
  }
  return html`${subject}`
}
