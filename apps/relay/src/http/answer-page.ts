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
  const texts: Buffer[] = []
  let next: number | null = null
  for await (const part of pageParts(find, page)) {
    const items = JSON.stringify(part.items.map(show)).slice(1, -1)
    if (items !== '') texts.push(Buffer.from(texts.length === 0 ? items : `,${items}`))
    next = part.nextCursor
  }
  const cursor = next === null ? 'null' : `"${next}"`
  const body = Buffer.concat([Buffer.from('{"items":['), ...texts, Buffer.from(`],"nextCursor":${cursor}}`)])
  return context.body(body, 200, { 'content-type': 'application/json' })
}
