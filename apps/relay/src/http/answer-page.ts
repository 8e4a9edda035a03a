import type { Context } from 'hono'
import { pageParts } from '../operations/page-parts.ts'
import type { Page, PageRequest } from '../store/records.ts'

/**
 * Answers a page of a list: `items` as `show` makes them, and `nextCursor`, `null` after the last. Each part is written as JSON when it
 * comes, so that a long page does not keep webhooks waiting.
 */
export async function answerPage<Item>(
  context: Context,
  find: (page: PageRequest) => Promise<Page<Item>>,
  page: PageRequest,
  show: (item: Item) => unknown,
): Promise<Response> {
  const items: string[] = []
  let next: number | null = null
  for await (const part of pageParts(find, page)) {
    items.push(...part.items.map((item) => JSON.stringify(show(item))))
    next = part.nextCursor
  }
  const cursor = next === null ? 'null' : `"${next}"`
  return context.body(`{"items":[${items.join()}],"nextCursor":${cursor}}`, 200, { 'content-type': 'application/json' })
}
