import { CsvError, parse } from 'csv-parse/sync'
import { UsageError } from '../usage-error.ts'

/** A line of a file of connections that cannot be used, and why; without what it says. */
interface BadLine {
  /** The first line is 1. */
  readonly line: number
  readonly reason: string
}

/** The connections that a file names, each once, and the lines that could not be used. */
export interface ConnectionsFile {
  readonly connectionIds: readonly string[]
  readonly badLines: readonly BadLine[]
}

const headings = ['connection_id', 'connectionid', 'connection']
const idShape = /^[\w-]{1,64}$/

/**
 * Reads a CSV file of connections: a column named `connection_id`, or one column without a heading. Fields are separated by commas,
 * semicolons or tabs; each line is read by itself, so that a bad one spoils no other. Throws a `UsageError` when there is no such column.
 */
export function readConnections(text: string, name: string): ConnectionsFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const rows = lines.map((line, index) => ({ line: index + 1, cells: readLine(line) })).filter(({ cells }) => !isEmpty(cells))
  const column = findColumn(rows[0]?.cells ?? [])
  if (column === undefined) throw new UsageError(`${name} needs a column connection_id: name it in the first line.`)
  const ids = new Set<string>()
  const badLines: BadLine[] = []
  for (const { line, cells } of rows.slice(column.hasHeading ? 1 : 0)) {
    const id = cells?.[column.index] ?? ''
    if (idShape.test(id)) ids.add(id)
    else badLines.push({ line, reason: reasonFor(cells, id) })
  }
  return { connectionIds: [...ids], badLines }
}

/** `undefined`: the line is no CSV. */
function readLine(line: string): readonly string[] | undefined {
  try {
    const [cells] = parse(line, { delimiter: [',', ';', '\t'], trim: true, relax_column_count: true })
    return cells ?? []
  } catch (error) {
    if (error instanceof CsvError) return undefined
    throw error
  }
}

function isEmpty(cells: readonly string[] | undefined): boolean {
  return cells?.every((cell) => cell === '') === true
}

function findColumn(first: readonly string[] | undefined): { readonly index: number; readonly hasHeading: boolean } | undefined {
  const index = (first ?? []).findIndex((cell) => headings.includes(cell.toLowerCase()))
  if (index >= 0) return { index, hasHeading: true }
  return (first?.length ?? 1) > 1 ? undefined : { index: 0, hasHeading: false }
}

function reasonFor(cells: readonly string[] | undefined, id: string): string {
  if (cells === undefined) return 'is not CSV: a quote stands where none may, or is not closed'
  return id === '' ? 'has no connection id' : 'has something that is not a connection id'
}
