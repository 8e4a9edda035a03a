import { cpus, release, totalmem } from 'node:os'
import process from 'node:process'
import type { ChaosResult } from './chaos-row.ts'
import type { RanRow } from './run-rows.ts'
import type { StoreKind } from './support/chaos-store.ts'

const gibibyte = 1024 ** 3
const columns = [
  'row',
  'fault',
  'acknowledged',
  'delivered',
  'dead',
  'waiting',
  'lost',
  'duplicates',
  'result',
  'measured',
] as const

/** How and of what a report is made. */
export interface ReportOptions {
  /** What kept the stores of the rows that were run. */
  readonly kind: StoreKind
  /** When and how the rows were run: `2026-11-21`, `2026-11-21, quick`. */
  readonly run: string
  readonly versions: readonly string[]
  /** The ids of all rows of each kind of store, in the order of the table. */
  readonly ids: Readonly<Record<StoreKind, readonly string[]>>
  /** The page as it is; rows that were not run now stay as they were. */
  readonly before: string
}

const sections = [
  {
    kind: 'sqlite',
    title: 'Store: SQLite, one relay',
    words: 'One relay with a file of its own. `npm run chaos`',
  },
  {
    kind: 'postgres',
    title: 'Store: PostgreSQL, three relays',
    words:
      'Three relays on one database of a server that syncs every commit; what is posted goes to each of them in turn, and to the next one when\none is not there. Leases hold 60 s; 10 s in row 1 and in quick runs.\nWhere hours pass in seconds, a relay looks for what nobody told it once a minute of them, not every 5 s. `npm run chaos -- --store postgres`',
  },
] as const

/** The page `docs/fault-tests.md`. */
export function formatReport(ran: readonly RanRow[], options: ReportOptions): string {
  return `# Fault tests

What the relay does under each fault, as measured. Written by \`npm run chaos\`, which ends with exit code 1 when a result is not as
promised; \`npm run chaos -- --rows 2,3 --report\` runs some rows again and writes them in. Each row says when it was run.

The relays under test are the built ones, each in a process of its own, with three mock destinations (Braze, Klaviyo, Customer.io) that record
every item. Everything posted is known to an oracle; what is answered 202 is an obligation. \`acknowledged\` counts events, the other
columns deliveries: one for each acknowledged event and destination. \`lost\` counts deliveries that are neither recorded by the
destination, nor dead letters, nor waiting, and events that the store does not hold as they were sent. \`duplicates\` counts what a destination
recorded more than once. Waiting deliveries are counted after the fault has ended and the relays had time to deliver.

Every fault also checks: no lease lost before its result was recorded (unless losing it is the fault), no secret and no person's data in the
log, a fresh event is taken afterwards, and each process ends by itself on SIGTERM.

${sections.map((section) => formatSection(section, ran, options)).join('\n\n')}
`
}

function formatSection(
  { kind, title, words }: (typeof sections)[number],
  ran: readonly RanRow[],
  { kind: ranKind, run, versions, ids, before }: ReportOptions,
): string {
  const old = sectionOf(before, title) ?? (kind === 'sqlite' ? before : '')
  const isRun = kind === ranKind
  const told = isRun ? machineLines(versions) : old.split('\n').filter((line) => line.startsWith('- '))
  const lines = merged(isRun ? ran : [], run, ids[kind], old)
  return [`## ${title}`, words, told.join('\n'), table(lines, [...columns, 'run'])].filter((part) => part !== '').join('\n\n')
}

function machineLines(versions: readonly string[]): readonly string[] {
  const [cpu] = cpus()
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / gibibyte)} GiB, ${process.platform} ${release()}`
  return [`- Machine of the last run: ${machine}`, `- Its versions: ${versions.join(', ')}`]
}

function sectionOf(page: string, title: string): string | undefined {
  return page.split(/^## /m).find((part) => part.startsWith(`${title}\n`))
}

/** The same for a terminal. */
export function formatTerminal(ran: readonly RanRow[]): string {
  return table(
    ran.flatMap(({ row, results }) => results.map((result) => line(cells(row.id, result)))),
    columns,
  )
}

function table(lines: readonly string[], head: readonly string[]): string {
  return [line(head), line(head.map(() => '---')), ...lines].join('\n')
}

function line(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`
}

function merged(ran: readonly RanRow[], run: string, ids: readonly string[], before: string): readonly string[] {
  return ids.flatMap((id) => {
    const now = ran.find(({ row }) => row.id === id)
    if (now === undefined) return before.split('\n').filter((one) => one.startsWith(`| ${id} |`))
    return now.results.map((result) => line([...cells(id, result), run]))
  })
}

function cells(id: string, result: ChaosResult): readonly string[] {
  const { acknowledged, delivered, dead, waiting, lost, duplicates } = result.counts
  const counts = [acknowledged, delivered, dead, waiting, lost, duplicates].map(String)
  return [id, result.fault, ...counts, verdict(result), result.notes.join('; ')].map((cell) =>
    cell.replaceAll('|', '\\|').replaceAll('\n', ' '),
  )
}

function verdict({ problems, skipped }: ChaosResult): string {
  if (skipped !== undefined) return `skipped: ${skipped}`
  return problems.length === 0 ? 'as promised' : `**not as promised**: ${problems.join('; ')}`
}
