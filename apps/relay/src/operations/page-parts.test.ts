import { expect, test } from 'vitest'
import type { Page, PageRequest } from '../store/records.ts'
import { findPage } from './find-page.ts'
import { pageParts } from './page-parts.ts'

/** Finds one item far behind; each part takes 100 ms. */
function slowSearch(emptyParts: number) {
  let parts = 0
  return {
    parts: () => parts,
    now: () => parts * 100,
    find: async (): Promise<Page<string>> => {
      parts += 1
      return parts > emptyParts ? { items: ['found'], nextCursor: null } : { items: [], nextCursor: 1_000 - parts }
    },
  }
}

/** Numbers from `newest` down to 1; `most` of them at a time. */
function numbers(newest: number, most = Number.MAX_SAFE_INTEGER) {
  const limits: number[] = []
  return {
    limits,
    find: async ({ limit, cursor = newest + 1 }: PageRequest): Promise<Page<number>> => {
      limits.push(limit)
      const items = Array.from({ length: Math.min(limit, most, cursor - 1) }, (_, index) => cursor - 1 - index)
      const last = items.at(-1) ?? 1
      return { items, nextCursor: last > 1 ? last : null }
    },
  }
}

/** The last part, which says where to go on. */
async function lastOf<Item>(parts: AsyncIterable<Page<Item>>): Promise<Page<Item> | undefined> {
  let last: Page<Item> | undefined
  for await (const part of parts) last = part
  return last
}

test('goes on where a part of what is stored had nothing', async () => {
  const { find, now, parts } = slowSearch(2)
  expect(await lastOf(pageParts(find, { limit: 5 }, now))).toEqual({ items: ['found'], nextCursor: null })
  expect(parts()).toBe(3)
})

test('ends after half a second, and says where to go on', async () => {
  const { find, now, parts } = slowSearch(1_000)
  expect(await lastOf(pageParts(find, { limit: 5 }, now))).toEqual({ items: [], nextCursor: 996 })
  expect(parts()).toBe(4)
})

test('reads a long page in parts, each item once, and says where the next page begins', async () => {
  const { find, limits } = numbers(1_000)
  const page = await findPage(find, { limit: 110, cursor: 901 })
  expect(page.items).toEqual(Array.from({ length: 110 }, (_, index) => 900 - index))
  expect(page.nextCursor).toBe(791)
  expect(limits).toEqual([25, 25, 25, 25, 10])
})

test('ends with the last item', async () => {
  const { find, limits } = numbers(30)
  expect(await findPage(find, { limit: 500 })).toMatchObject({ items: { length: 30 }, nextCursor: null })
  expect(limits).toHaveLength(2)
})

test('ends early after a part that is short', async () => {
  const { find } = numbers(1_000, 7)
  expect(await findPage(find, { limit: 500 })).toMatchObject({ items: { length: 7 }, nextCursor: 994 })
})
