import { describe, expect, test } from 'vitest'
import { replayPace } from './replay-pace.ts'

const plain = { batchSize: 100, rates: [], concurrency: 4 }
const rates = [
  { requests: 10, perMs: 1_000 },
  { requests: 150, perMs: 60_000 },
]

describe('replayPace', () => {
  test('a quarter of the batches in flight, at least one, with room for new events in the last', () => {
    expect(replayPace(plain)).toEqual({ size: 75, intervalMs: 50 })
    expect(replayPace({ ...plain, concurrency: 1 }).size).toBe(75)
    expect(replayPace({ ...plain, concurrency: 16 }).size).toBe(375)
    expect(replayPace({ ...plain, batchSize: 1, concurrency: 8 }).size).toBe(2)
  })

  test('a quarter of the strictest rate', () => {
    expect(replayPace({ ...plain, rates }).intervalMs).toBe(1_600)
    expect(replayPace({ ...plain, rates, concurrency: 8 })).toEqual({ size: 175, intervalMs: 3_200 })
  })
})
