import { expect, test } from 'vitest'
import { runDemo } from './run-demo.ts'

const silent = { progressMs: 60_000, onReady: () => undefined, onProgress: () => undefined }

test('a demo that is ended before it has sent everything is not complete', async () => {
  const outcome = await runDemo({ ...silent, count: 5, ratePerSecond: 100, signal: AbortSignal.abort() })
  expect(outcome).toMatchObject({ isComplete: false, snapshot: { sent: 0 } })
})

test('a demo with bad moments of its destinations is complete, and shows the retries', async () => {
  const outcome = await runDemo({ ...silent, count: 12, ratePerSecond: 200, signal: new AbortController().signal })
  expect(outcome.verdicts.map(({ name, missing, extra }) => ({ name, missing, extra }))).toEqual([
    { name: 'braze', missing: 0, extra: 0 },
    { name: 'klaviyo', missing: 0, extra: 0 },
    { name: 'customerio', missing: 0, extra: 0 },
  ])
  expect(outcome.isComplete).toBe(true)
  expect(outcome.snapshot.destinations.reduce((sum, { retried }) => sum + retried, 0)).toBeGreaterThan(0)
}, 60_000)
