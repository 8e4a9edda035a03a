import type { Page, PageRequest } from '../store/records.ts'

/** Each part takes a fraction of a second, and others are answered in between. Nobody waits longer than this for a further one to begin. */
const mostMs = 400

/**
 * A page of a search. Where the store found nothing among what it looked at, it is asked to go on for a while; then the page is empty, and
 * says where to go on. `now`: milliseconds of a clock that only goes forward.
 */
export async function findPage<Item>(
  find: (page: PageRequest) => Promise<Page<Item>>,
  page: PageRequest,
  now: () => number = () => performance.now(),
): Promise<Page<Item>> {
  const startedAt = now()
  let found = await find(page)
  while (found.items.length === 0 && found.nextCursor !== null && now() - startedAt < mostMs) {
    found = await find({ ...page, cursor: found.nextCursor })
  }
  return found
}
