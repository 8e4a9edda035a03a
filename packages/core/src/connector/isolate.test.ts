import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isolate } from './isolate.ts'

/** A destination that refuses any request with a bad item, as a whole. */
function destination(bad: ReadonlySet<number>) {
  const accepted: number[] = []
  let requests = 0
  const send = async (items: readonly number[]) => {
    requests += 1
    if (items.some((item) => bad.has(item))) return items
    accepted.push(...items)
    return []
  }
  return { send, accepted, requests: () => requests }
}

it('finds exactly the items at fault and gets every other accepted once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 80 }), fc.array(fc.nat(79)), async (count, badItems) => {
      const items = Array.from({ length: count }, (_, index) => index)
      const bad = new Set(badItems.filter((item) => item < count))
      fc.pre(bad.size > 0)
      const { send, accepted } = destination(bad)
      const guilty = await isolate(items, send)
      expect(new Set(guilty)).toStrictEqual(bad)
      expect(accepted.toSorted((a, b) => a - b)).toStrictEqual(items.filter((item) => !bad.has(item)))
    }),
    { numRuns: 1_000 },
  )
})

it('finds a single one among n in log₂ n + 2 requests', async () => {
  for (const count of [2, 75, 100, 1_000]) {
    for (const bad of [0, Math.floor(count / 2), count - 1]) {
      const { send, requests } = destination(new Set([bad]))
      await isolate([...Array(count).keys()], send)
      expect(requests()).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 2)
    }
  }
})

it('takes fewer than three requests an item when all are at fault', async () => {
  const { send, requests } = destination(new Set(Array(100).keys()))
  await isolate([...Array(100).keys()], send)
  expect(requests()).toBeLessThan(300)
})
