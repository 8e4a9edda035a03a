import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { chaosRows } from './chaos-rows.ts'
import { formatReport, formatTerminal } from './format-report.ts'
import { prove } from './prove.ts'
import { runRows } from './run-rows.ts'

/**
 * Runs the fault tests against the built relay.
 *
 * `--rows 2,5` these alone · `--rounds 100` kills at random moments (default 1,000) · `--quick` fewer and shorter · `--report` writes
 * the rows that are run into docs/fault-tests.md · `--relay <main.js>` another relay · `--prove` shows that each test can fail.
 */
const root = join(import.meta.dirname, '../../../..')
const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    relay: { type: 'string', default: join(root, 'apps/relay/dist/main.js') },
  },
})

const wanted = values.rows?.split(',')
const unknown = wanted?.filter((id) => !chaosRows.some((row) => row.id === id)) ?? []
if (unknown.length > 0) {
  process.stderr.write(`There is no row ${unknown.join(', ')}. There are: ${chaosRows.map((row) => row.id).join(', ')}.\n`)
  process.exit(2)
}

const progress = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
process.exitCode = values.prove ? await prove(wanted, progress) : await run()

async function run(): Promise<number> {
  const rows = chaosRows.filter((row) => wanted === undefined || wanted.includes(row.id))
  const ran = await runRows(rows, {
    entry: values.relay,
    rounds: Number(values.rounds ?? (values.quick ? 20 : 1_000)),
    powerCuts: values.quick ? 6 : 100,
    isQuick: values.quick,
    progress,
  })
  process.stdout.write(`${formatTerminal(ran)}\n`)
  if (values.report || (wanted === undefined && !values.quick)) writeReport(ran)
  return ran.some(({ results }) => results.some((result) => result.problems.length > 0)) ? 1 : 0
}

function writeReport(ran: Awaited<ReturnType<typeof runRows>>): void {
  const path = join(root, 'docs/fault-tests.md')
  const run = `${new Date().toISOString().slice(0, 10)}${values.quick ? ', quick' : ''}`
  const ids = chaosRows.map((row) => row.id)
  writeFileSync(path, formatReport(ran, { run, versions: versions(), ids, before: readFileSync(path, 'utf8') }))
}

function versions(): readonly string[] {
  const database = new Database(':memory:')
  const sqlite = String(database.prepare('SELECT sqlite_version()').pluck().get())
  database.close()
  const relay: unknown = JSON.parse(readFileSync(join(root, 'apps/relay/package.json'), 'utf8'))
  const version = typeof relay === 'object' && relay !== null && 'version' in relay ? String(relay.version) : 'unknown'
  return [`relay ${version}`, `Node.js ${process.versions.node}`, `SQLite ${sqlite}`]
}
