import { expect, test } from 'vitest'
import type { ActivitySteps } from './activity-range.ts'
import { latencyClass } from './latency.ts'
import { summariseActivity } from './summarise-activity.ts'

const steps: ActivitySteps = { stepMs: 60_000, since: 600_000, until: 780_000 }

test('every step has a count, also where nothing happened', () => {
  const rows = [
    { at: 660_000, destination: 'braze', kind: 'delivered', latency: 0, count: 3 },
    { at: 660_000, destination: 'braze', kind: 'delivered', latency: 1, count: 4 },
    { at: 720_000, destination: 'braze', kind: 'dead', latency: 0, count: 1 },
  ] as const
  const [braze] = summariseActivity(rows, steps, ['braze']).destinations
  expect(braze?.steps).toEqual([
    { at: 600_000, delivered: 0, skipped: 0, dead: 0, retried: 0 },
    { at: 660_000, delivered: 7, skipped: 0, dead: 0, retried: 0 },
    { at: 720_000, delivered: 0, skipped: 0, dead: 1, retried: 0 },
  ])
  expect(braze?.totals).toEqual({ delivered: 7, skipped: 0, dead: 1, retried: 0 })
})

test('latency is that of what was delivered', () => {
  const rows = [
    { at: 660_000, destination: 'braze', kind: 'delivered', latency: latencyClass(400), count: 9 },
    { at: 660_000, destination: 'braze', kind: 'retried', latency: 0, count: 90 },
  ] as const
  const [braze] = summariseActivity(rows, steps, ['braze']).destinations
  expect(latencyClass(braze?.latency?.p50Ms ?? 0)).toBe(latencyClass(400))
})

test('a destination of which nothing is known is shown, and one that nobody asked for too', () => {
  const rows = [{ at: 600_000, destination: 'removed', kind: 'delivered', latency: 0, count: 1 }] as const
  const { destinations } = summariseActivity(rows, steps, ['braze'])
  expect(destinations).toMatchObject([
    { destination: 'braze', totals: { delivered: 0 }, latency: null },
    { destination: 'removed', totals: { delivered: 1 } },
  ])
})

test('webhooks of which nothing is kept are counted together', () => {
  const rows = (['stored', 'unauthorized', 'too_large', 'duplicate'] as const).map((kind) => ({
    at: 600_000,
    destination: null,
    kind,
    latency: 0,
    count: 2,
  }))
  const { received } = summariseActivity(rows, steps, [])
  expect(received.steps[0]).toEqual({ at: 600_000, stored: 2, refused: 4 })
  expect(received.totals).toEqual({ stored: 2, unauthorized: 2, too_large: 2, duplicate: 2 })
})
