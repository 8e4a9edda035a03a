import { html } from 'hono/html'
import type { Html } from '../html.ts'

/** One column of a table. */
interface Column {
  readonly label: string
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
}

/** What a table shows. */
export interface Table {
  /** Says what the rows are. Read out, and shown unless the page says it already. */
  readonly caption: string
  readonly isCaptionHidden?: boolean
  readonly columns: readonly Column[]
  /** The cells of each row, in the order of the columns. The first names the row. */
  readonly rows: readonly (readonly (Html | string | number)[])[]
  /** Instead of a table without rows. */
  readonly empty: Html | string
}

/** A table that scrolls sideways by itself where the window is narrow. */
export function table({ caption, isCaptionHidden = false, columns, rows, empty }: Table): Html {
  if (rows.length === 0) return typeof empty === 'string' ? html`<p class="empty">${empty}</p>` : empty
  const heads = columns.map(
    ({ label, isNumber }) => html`<th scope="col"${isNumber === true ? html` class="number"` : ''}>${label}</th>`,
  )
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => {
        const className = columns[index]?.isNumber === true ? html` class="number"` : ''
        return index === 0 ? html`<th scope="row"${className}>${cell}</th>` : html`<td${className}>${cell}</td>`
      })}</tr>`,
  )
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption${isCaptionHidden ? html` class="hidden"` : ''}>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>${body}</tbody>
</table></div>`
}
