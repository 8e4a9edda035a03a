import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ChaosContext } from './chaos-row.ts'
import { randomKills } from './rows/kill-rows.ts'
import { bundleRelay } from './support/bundle-relay.ts'
import type { ChaosStores } from './support/chaos-store.ts'
import { postgresStores } from './support/postgres-stores.ts'
import { sqliteStores } from './support/sqlite-stores.ts'

async function createContext(stores: ChaosStores, rounds: number): Promise<ChaosContext> {
  const base = mkdtempSync(join(tmpdir(), 'relay-chaos-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const folder = () => mkdtempSync(join(base, 'store-'))
  return {
    entry: await bundleRelay(join(import.meta.dirname, '../..'), base),
    rounds,
    powerCuts: 0,
    isQuick: true,
    kind: stores.kind,
    folder,
    store: () => stores.create(folder()),
    progress: () => undefined,
  }
}

test('after 20 kills at random moments, some inside an open group commit, nothing acknowledged is lost', async () => {
  const [result] = await randomKills.run(await createContext(sqliteStores, 20))
  expect(result?.problems).toEqual([])
  expect(result?.counts.acknowledged).toBeGreaterThan(0)
}, 150_000)

test('three relays on one PostgreSQL are killed again and again, and nothing acknowledged is lost', async () => {
  const stores = postgresStores({ leaseMs: 5_000 })
  onTestFinished(() => stores.stop())
  const [result] = await randomKills.run(await createContext(stores, 5))
  expect(result?.problems).toEqual([])
  expect(result?.counts.acknowledged).toBeGreaterThan(0)
}, 150_000)
