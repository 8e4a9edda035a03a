import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosContext, ChaosResult, ChaosRow } from './chaos-row.ts'
import { noCounts } from './chaos-row.ts'
import type { ChaosStores } from './support/chaos-store.ts'
import { killRelays } from './support/relay-under-test.ts'

/** A row and what came of it. */
export interface RanRow {
  readonly row: ChaosRow
  readonly results: readonly ChaosResult[]
  readonly seconds: number
}

/** Runs the rows one after the other; what a row throws is a problem of that row. */
export async function runRows(
  rows: readonly ChaosRow[],
  options: Omit<ChaosContext, 'folder' | 'store' | 'kind'>,
  stores: ChaosStores,
): Promise<readonly RanRow[]> {
  const ran: RanRow[] = []
  for (const row of rows) {
    const base = mkdtempSync(join(tmpdir(), 'relay-chaos-'))
    const folder = () => mkdtempSync(join(base, 'store-'))
    const startedAt = performance.now()
    options.progress(`row ${row.id}: ${row.name}`)
    const results = await row
      .run({ ...options, folder, kind: stores.kind, store: () => stores.create(folder()) })
      .catch((error: unknown) => [failed(row, error)])
    killRelays()
    rmSync(base, { recursive: true, force: true })
    const seconds = (performance.now() - startedAt) / 1000
    ran.push({ row, results, seconds })
    for (const { fault, problems, skipped } of results) {
      const verdict = skipped === undefined ? problems.join('; ') || 'as promised' : `skipped: ${skipped}`
      options.progress(`row ${row.id}: ${fault}: ${verdict}`)
    }
    options.progress(`row ${row.id} took ${Math.round(seconds)} s`)
  }
  return ran
}

function failed(row: ChaosRow, error: unknown): ChaosResult {
  const problem = error instanceof Error ? error.message.slice(0, 500) : String(error)
  return { fault: row.name, counts: noCounts, notes: [], problems: [`it could not be run to its end: ${problem}`] }
}
