import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ChaosContext } from './chaos-row.ts'
import { randomKills } from './rows/kill-rows.ts'
import { bundleRelay } from './support/bundle-relay.ts'

async function createContext(): Promise<ChaosContext> {
  const base = mkdtempSync(join(tmpdir(), 'relay-chaos-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  return {
    entry: await bundleRelay(join(import.meta.dirname, '../..'), base),
    rounds: 20,
    powerCuts: 0,
    isQuick: true,
    folder: () => mkdtempSync(join(base, 'store-')),
    progress: () => undefined,
  }
}

test('after 20 kills at random moments, some inside an open group commit, nothing acknowledged is lost', async () => {
  const [result] = await randomKills.run(await createContext())
  expect(result?.problems).toEqual([])
  expect(result?.counts.acknowledged).toBeGreaterThan(0)
}, 150_000)
