import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLimit } from './create-limit.ts'

it('never runs more tasks than it may, and runs all of them, in order, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.boolean(), { maxLength: 30 }), async (concurrency, fails) => {
      const limit = createLimit(concurrency)
      const started: number[] = []
      let running = 0
      let peak = 0
      const outcomes = await Promise.allSettled(
        fails.map((isFailing, index) =>
          limit(async () => {
            started.push(index)
            running += 1
            peak = Math.max(peak, running)
            await new Promise((resolve) => setImmediate(resolve))
            running -= 1
            if (isFailing) throw new Error('failed')
            return index
          }),
        ),
      )
      expect(started).toStrictEqual([...fails.keys()])
      expect(outcomes.map(({ status }) => status)).toStrictEqual(fails.map((isFailing) => (isFailing ? 'rejected' : 'fulfilled')))
      expect(peak).toBe(Math.min(concurrency, fails.length))
    }),
  )
})
