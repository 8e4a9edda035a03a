import type { Page, PageRequest } from '../store/records.ts'

/** Each part takes a fraction of a second, and others are answered in between. */
const mostParts = 20

/** A page of a search. Where the store found nothing among what it looked at, it is asked to go on; what is rare is found in one answer. */
export async function findPage<Item>(find: (page: PageRequest) => Promise<Page<Item>>, page: PageRequest): Promise<Page<Item>> {
  let found = await find(page)
  for (let parts = 1; found.items.length === 0 && found.nextCursor !== null && parts < mostParts; parts += 1) {
    found = await find({ ...page, cursor: found.nextCursor })
  }
  return found
}
