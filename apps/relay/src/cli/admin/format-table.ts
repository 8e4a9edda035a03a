import { styleText } from 'node:util'
import type { OutputStream } from '../command-context.ts'

/** One cell: `null` is shown as `-`. */
export type Cell = string | number | null | undefined

/** Rows under their headings, in columns as wide as their longest cell. What could move a terminal's cursor is replaced. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[], stream: OutputStream): string {
  const cells = rows.map((row) => row.map(toText))
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [styleText('bold', line(headings), { stream }), ...cells.map(line)].map((text) => `${text}\n`).join('')
}

/** A cell as it is printed: `-` for nothing, and without what could move the cursor of a terminal. */
export function toText(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : String(cell).replace(/\p{C}+/gu, ' ')
}
