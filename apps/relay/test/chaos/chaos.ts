import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { runsWith } from './chaos-row.ts'
import { chaosRows } from './chaos-rows.ts'
import { formatReport, formatTerminal } from './format-report.ts'
import { prove } from './prove.ts'
import { runRows } from './run-rows.ts'
import type { StoreKind } from './support/chaos-store.ts'
import { postgresStores } from './support/postgres-stores.ts'
import { sqliteStores } from './support/sqlite-stores.ts'

/**
 * Runs the fault tests against the built relay.
 *
 * `--rows 2,5` these alone · `--rounds 100` kills at random moments (default 1,000) · `--quick` fewer and shorter · `--report` writes
 * the rows that are run into docs/fault-tests.md · `--store postgres` three relays on one PostgreSQL server · `--relay <main.js>` another relay ·
 * `--prove` shows that each test can fail.
 */
const root = join(import.meta.dirname, '../../../..')
const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    prove: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    store: { type: 'string', default: 'sqlite' },
    relay: { type: 'string', default: join(root, 'apps/relay/dist/main.js') },
  },
})

const kind = values.store === 'postgres' ? 'postgres' : values.store === 'sqlite' ? 'sqlite' : undefined
if (kind === undefined) fail(`There is no store ${values.store}. There are: sqlite, postgres.`)
const possible = chaosRows.filter((row) => runsWith(row, kind))
const wanted = values.rows?.split(',')
const unknown = wanted?.filter((id) => !possible.some((row) => row.id === id)) ?? []
if (unknown.length > 0) fail(`There is no row ${unknown.join(', ')}. There are: ${possible.map((row) => row.id).join(', ')}.`)

function fail(words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(2)
}

const leaseMs = 10_000
const isShort = values.quick || values.prove
const stores = kind === 'sqlite' ? sqliteStores : postgresStores(isShort ? { leaseMs } : {})

const progress = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
try {
  process.exitCode = values.prove ? await prove(wanted, stores, progress) : await run()
} finally {
  await stores.stop()
}
// What a row that was not run to its end has left open keeps nobody waiting.
process.exit()

async function run(): Promise<number> {
  const rows = possible.filter((row) => wanted === undefined || wanted.includes(row.id))
  const options = {
    entry: values.relay,
    rounds: Number(values.rounds ?? (values.quick ? 20 : 1_000)),
    powerCuts: values.quick ? 6 : 100,
    isQuick: values.quick,
    progress,
  }
  const ran = await runRows(rows, options, stores)
  process.stdout.write(`${formatTerminal(ran)}\n`)
  if (values.report || (wanted === undefined && !values.quick)) await writeReport(ran)
  return ran.some(({ results }) => results.some((result) => result.problems.length > 0)) ? 1 : 0
}

async function writeReport(ran: Awaited<ReturnType<typeof runRows>>): Promise<void> {
  const path = join(root, 'docs/fault-tests.md')
  const run = `${new Date().toISOString().slice(0, 10)}${values.quick ? ', quick' : ''}`
  const ids = { sqlite: idsOf('sqlite'), postgres: idsOf('postgres') }
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, formatReport(ran, { kind: stores.kind, run, versions: await versions(), ids, before }))
}

function idsOf(one: StoreKind): readonly string[] {
  return chaosRows.filter((row) => runsWith(row, one)).map((row) => row.id)
}

async function versions(): Promise<readonly string[]> {
  const relay: unknown = JSON.parse(readFileSync(join(root, 'apps/relay/package.json'), 'utf8'))
  const version = typeof relay === 'object' && relay !== null && 'version' in relay ? String(relay.version) : 'unknown'
  return [`relay ${version}`, `Node.js ${process.versions.node}`, await stores.version()]
}
