import { readQuery } from '../http/read-query.ts'
import type { PageRequest } from '../store/records.ts'
import type { Pager } from './components/pager.ts'

/** The page of a list that an address asks for. `done`, which says what was just done, is no part of it. */
export function readPage(url: string): PageRequest {
  const plain = new URL(url)
  plain.searchParams.delete('done')
  return readQuery(plain.href, {}).page
}

/** The ways from one page of a list to others. */
export function listPager(path: string, { cursor }: PageRequest, nextCursor: number | null): Pager {
  return {
    newestHref: cursor === undefined ? null : path,
    olderHref: nextCursor === null ? null : `${path}?cursor=${nextCursor}`,
  }
}
