import { expect, test } from 'vitest'
import type { Page } from '../store/records.ts'
import { findPage } from './find-page.ts'

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

test('goes on where a part of what is stored had nothing', async () => {
  const { find, now, parts } = slowSearch(2)
  expect(await findPage(find, { limit: 5 }, now)).toEqual({ items: ['found'], nextCursor: null })
  expect(parts()).toBe(3)
})

test('ends after half a second, and says where to go on', async () => {
  const { find, now, parts } = slowSearch(1_000)
  expect(await findPage(find, { limit: 5 }, now)).toEqual({ items: [], nextCursor: 996 })
  expect(parts()).toBe(4)
})
