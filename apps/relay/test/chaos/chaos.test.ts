import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ChaosContext } from './chaos-row.ts'
import { namedKills, randomKills } from './rows/kill-rows.ts'

const rounds = 20

function context(): ChaosContext {
  const base = mkdtempSync(join(tmpdir(), 'relay-chaos-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  return {
    entry: join(import.meta.dirname, '../../src/main.ts'),
    rounds,
    powerCuts: 0,
    isQuick: true,
    folder: () => mkdtempSync(join(base, 'store-')),
    progress: () => undefined,
  }
}

test('after 20 kills at random moments, some inside an open group commit, nothing acknowledged is lost', async () => {
  const [result] = await randomKills.run(context())
  expect(result?.problems).toEqual([])
  expect(result?.counts.acknowledged).toBeGreaterThan(0)
}, 300_000)

test('a kill at any named point loses nothing that was acknowledged', async () => {
  for (const result of await namedKills.run(context())) expect({ ...result, notes: [] }).toMatchObject({ problems: [] })
}, 300_000)
