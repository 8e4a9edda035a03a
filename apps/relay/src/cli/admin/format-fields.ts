import { styleText } from 'node:util'
import type { OutputStream } from '../command-context.ts'
import type { Cell } from './format-table.ts'
import { toText } from './format-table.ts'

/** Values beside their names, one a line, the names in a column. */
export function formatFields(fields: Readonly<Record<string, Cell>>, stream: OutputStream): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  return Object.entries(fields)
    .map(([name, value]) => `${styleText('bold', name.padEnd(width), { stream })}  ${toText(value)}\n`)
    .join('')
}
