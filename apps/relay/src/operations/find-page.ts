import type { Page, PageRequest } from '../store/records.ts'
import { pageParts } from './page-parts.ts'

/** A page of a search, read in parts; see {@link pageParts}. */
export async function findPage<Item>(find: (page: PageRequest) => Promise<Page<Item>>, page: PageRequest): Promise<Page<Item>> {
  const items: Item[] = []
  let nextCursor: number | null = null
  for await (const part of pageParts(find, page)) {
    items.push(...part.items)
    nextCursor = part.nextCursor
  }
  return { items, nextCursor }
}
