import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PaceClock } from './send-steadily.ts'
import { sendSteadily } from './send-steadily.ts'

/** Time that passes only when somebody waits. */
function virtualClock(): PaceClock & { advance(ms: number): void } {
  let time = 0
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    },
    wait: async (ms) => {
      time += ms
    },
  }
}

const never = new AbortController().signal

describe('sendSteadily', () => {
  test('begins each item at its time', async () => {
    const clock = virtualClock()
    const begunAt: number[] = []
    await sendSteadily({
      items: [1, 2, 3, 4],
      ratePerSecond: 20,
      concurrency: 2,
      signal: never,
      clock,
      send: async () => {
        begunAt.push(clock.now())
      },
    })
    expect(begunAt).toEqual([0, 50, 100, 150])
  })

  test('catches up after a short delay and keeps the mean rate', async () => {
    const clock = virtualClock()
    const begunAt: number[] = []
    await sendSteadily({
      items: [1, 2, 3, 4, 5],
      ratePerSecond: 10,
      concurrency: 1,
      signal: never,
      clock,
      send: async (item) => {
        begunAt.push(clock.now())
        if (item === 1) clock.advance(250)
      },
    })
    expect(begunAt).toEqual([0, 250, 250, 300, 400])
  })

  test('does not send a burst after a long pause', async () => {
    const clock = virtualClock()
    const begunAt: number[] = []
    await sendSteadily({
      items: Array.from({ length: 40 }, (_, index) => index),
      ratePerSecond: 10,
      concurrency: 1,
      signal: never,
      clock,
      send: async (item) => {
        begunAt.push(clock.now())
        if (item === 0) clock.advance(3_600_000)
      },
    })
    expect(begunAt.filter((at) => at === 3_600_000).length).toBeLessThanOrEqual(12)
    expect(begunAt.at(-1)).toBeGreaterThan(3_602_000)
  })

  test('never has more on their way than allowed, and finishes all, for any speeds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (turns, concurrency) => {
        let inFlight = 0
        let peak = 0
        let done = 0
        await sendSteadily({
          items: turns,
          concurrency,
          signal: never,
          send: async (turnsToTake) => {
            inFlight += 1
            peak = Math.max(peak, inFlight)
            for (let turn = 0; turn <= turnsToTake; turn += 1) await Promise.resolve()
            inFlight -= 1
            done += 1
          },
        })
        expect(done).toBe(turns.length)
        expect(peak).toBeLessThanOrEqual(concurrency)
      }),
    )
  })

  test('sends items with one key one after another, in order, whatever their speed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(5)), { maxLength: 40 }), async (items) => {
        const events: string[] = []
        await sendSteadily({
          items: items.map(([key, turns], index) => ({ key, turns, index })),
          concurrency: 8,
          signal: never,
          orderBy: ({ key }) => key,
          send: async ({ key, turns, index }) => {
            events.push(`${key} begin ${index}`)
            for (let turn = 0; turn <= turns; turn += 1) await Promise.resolve()
            events.push(`${key} end ${index}`)
          },
        })
        for (const key of ['a', 'b', 'c']) {
          const expected = items.flatMap(([itemKey], index) =>
            itemKey === key ? [`${key} begin ${index}`, `${key} end ${index}`] : [],
          )
          expect(events.filter((event) => event.startsWith(key))).toEqual(expected)
        }
      }),
    )
  })

  test('begins nothing after it is stopped, and waits for what is on its way', async () => {
    const controller = new AbortController()
    const sent: number[] = []
    let finished = 0
    await sendSteadily({
      items: [1, 2, 3, 4],
      concurrency: 4,
      signal: controller.signal,
      send: async (item) => {
        sent.push(item)
        if (item === 2) controller.abort()
        await Promise.resolve()
        finished += 1
      },
    })
    expect(sent).toEqual([1, 2])
    expect(finished).toBe(2)
  })

  test('does not begin what still waits for its turn behind another of its key when it is stopped', async () => {
    const controller = new AbortController()
    const sent: number[] = []
    await sendSteadily({
      items: [1, 2],
      concurrency: 4,
      signal: controller.signal,
      orderBy: () => 'one key',
      send: async (item) => {
        sent.push(item)
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
        controller.abort()
      },
    })
    expect(sent).toEqual([1])
  })
})
