import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { fairTurns } from './fair-turns.ts'
import { openSqliteStore } from './sqlite-store.ts'

test('who never waits lets others have their turn every 20 ms', async () => {
  let now = 0
  let others = 0
  const turn = fairTurns(() => now)
  let isDone = false
  const other = (): void => {
    others += 1
    if (!isDone) setImmediate(other)
  }
  setImmediate(other)
  for (let count = 0; count < 100; count += 1) {
    now += 10
    await turn()
  }
  isDone = true
  expect(others).toBeGreaterThanOrEqual(20)
})

test('a short turn is not interrupted', async () => {
  let others = 0
  const turn = fairTurns(() => 0)
  setImmediate(() => {
    others += 1
  })
  for (let count = 0; count < 100; count += 1) await turn()
  expect(others).toBe(0)
})

test('a lane that claims without ever waiting keeps nobody else from their turn', async () => {
  const store = await openSqliteStore(join(temporaryFolder(), 'relay.db'), 0)
  let hadTurn = false
  setImmediate(() =>
    setImmediate(() =>
      setImmediate(() => {
        hadTurn = true
      }),
    ),
  )
  const request = { destination: 'one', now: 0, limit: 1, maxBytes: 1, leaseUntil: 1, leaseToken: 'mine' }
  for (let count = 0; count < 1_000_000 && !hadTurn; count += 1) await store.claim(request)
  expect(hadTurn).toBe(true)
  await store.close()
})
