import type { Page, PageRequest } from '../store/records.ts'

/** So many rows are read and shown in one turn, a few milliseconds; webhooks are taken between two of them. */
const partSize = 25
/** Each part takes a fraction of a second, and others are answered in between. Nobody waits longer than this for a further empty one to begin. */
const mostMs = 400

/**
 * The parts of one page of a search, each with the `nextCursor` that goes on after it. Where the store found nothing among what it looked
 * at, it is asked to go on for a while; where it found less than a part holds, as it has looked at much or the rows are large, the page
 * ends early, and says where to go on. `now`: milliseconds of a clock that only goes forward.
 */
export async function* pageParts<Item>(
  find: (page: PageRequest) => Promise<Page<Item>>,
  page: PageRequest,
  now: () => number = () => performance.now(),
): AsyncGenerator<Page<Item>, void, undefined> {
  const startedAt = now()
  let { cursor } = page
  for (let left = page.limit; left > 0; ) {
    const limit = Math.min(left, partSize)
    const part = await find({ limit, ...(cursor === undefined ? {} : { cursor }) })
    yield part
    left -= part.items.length
    const isShort = part.items.length < limit
    if (part.nextCursor === null || (isShort && (left < page.limit || now() - startedAt >= mostMs))) return
    cursor = part.nextCursor
  }
}
