/** Bytes of a page, from `start` up to and without `end`. */
export interface PageRange {
  readonly start: number
  readonly end: number
}

/** The first bytes of pages of a table or an index, by SQLite's file format (sqlite.org/fileformat2.html, section 1.6). */
const treePages: Readonly<Record<number, { readonly headerBytes: number }>> = {
  2: { headerBytes: 12 },
  5: { headerBytes: 12 },
  10: { headerBytes: 8 },
  13: { headerBytes: 8 },
}
const fileHeaderBytes = 100
const freeblockHeaderBytes = 4
const leastCellBytes = 4

/**
 * The bytes of a page of a table or an index that hold nothing by SQLite's own account: between the cell pointers and the cells, and inside
 * the list of free blocks. SQLite moves rows between pages without clearing where they were. Nothing for a page of another kind, or one that
 * is not exactly as the format says. Pure.
 */
export function unusedRanges(
  page: Uint8Array,
  { isFirst, usableBytes }: { isFirst: boolean; usableBytes: number },
): readonly PageRange[] {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  const header = isFirst ? fileHeaderBytes : 0
  const kind = treePages[view.getUint8(header)]
  if (kind === undefined) return []
  const cells = view.getUint16(header + 3)
  const start = header + kind.headerBytes + 2 * cells
  const end = view.getUint16(header + 5) || 65_536
  if (start > end || end > usableBytes || !arePointersWithin(view, start - 2 * cells, cells, end, usableBytes)) return []
  const freeblocks = readFreeblocks(view, view.getUint16(header + 1), end, usableBytes)
  return freeblocks === undefined ? [] : [{ start, end }, ...freeblocks].filter((range) => range.start < range.end)
}

function arePointersWithin(view: DataView, at: number, count: number, least: number, usableBytes: number): boolean {
  for (let index = 0; index < count; index += 1) {
    const pointer = view.getUint16(at + 2 * index)
    if (pointer < least || pointer > usableBytes - leastCellBytes) return false
  }
  return true
}

/** `undefined`: this is no list of free blocks. Each is behind the one before, and begins with the place of the next and its own size. */
function readFreeblocks(view: DataView, first: number, least: number, usableBytes: number): readonly PageRange[] | undefined {
  const ranges: PageRange[] = []
  let end = least
  for (let at = first; at !== 0; at = view.getUint16(at)) {
    if (at < end || at > usableBytes - freeblockHeaderBytes) return undefined
    end = at + view.getUint16(at + 2)
    if (end < at + freeblockHeaderBytes || end > usableBytes) return undefined
    ranges.push({ start: at + freeblockHeaderBytes, end })
  }
  return ranges
}
