import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChaosStore } from './chaos-store.ts'
import { numberOf, postgresOf } from './chaos-store.ts'

/**
 * What bytes in a file of PostgreSQL are: `row` of a table or an entry of an index; `boundary` between two pages of an index, which stays
 * when the row that it was taken from is gone; `free space`, which no query sees.
 */
export type FilePlace = 'row' | 'boundary' | 'free space'

/** A text that was found in a file. */
export interface FileTrace {
  readonly text: string
  /** The table or the index: `relay.events`. */
  readonly relation: string
  readonly place: FilePlace
}

interface Relation {
  readonly name: string
  readonly file: string
  readonly is_index: boolean
}

const relations = `SELECT oid::regclass::text AS name, pg_relation_filenode(oid)::text AS file, relkind = 'i' AS is_index
  FROM pg_class WHERE pg_relation_filenode(oid) IS NOT NULL`
const pageBytes = 8_192
const headerBytes = 24
const pointerBytes = 4

/** Which of the texts the files of the store's database hold: of tables, indexes, TOAST and the catalog. Each place once. */
export async function tracesInFiles(store: ChaosStore, texts: readonly string[]): Promise<readonly FileTrace[]> {
  const { server, administer } = postgresOf(store)
  await administer('CHECKPOINT')
  const byFile = new Map<string, Relation>()
  await store.each<Relation>(relations, (relation) => void byFile.set(relation.file, relation))
  const folder = join(
    server.data,
    'base',
    String(await numberOf(store, 'SELECT oid::bigint FROM pg_database WHERE datname = current_database()')),
  )
  const found = new Map<string, FileTrace>()
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    const [file = ''] = name.split(/[._]/)
    const relation = byFile.get(file)
    for (const text of texts) {
      for (const place of placesOf(bytes, text, relation?.is_index === true)) {
        const trace = { text, relation: relation?.name ?? name, place }
        found.set(JSON.stringify(trace), trace)
      }
    }
  }
  return [...found.values()]
}

function placesOf(bytes: Buffer, text: string, isIndex: boolean): ReadonlySet<FilePlace> {
  const places = new Set<FilePlace>()
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    const start = at - (at % pageBytes)
    places.add(placeOf(bytes.subarray(start, start + pageBytes), at - start, isIndex))
  }
  return places
}

/** Line pointers, between the header and `pd_lower`, say where on the page each item is and how long. */
function placeOf(page: Buffer, at: number, isIndex: boolean): FilePlace {
  const lower = page.readUInt16LE(12)
  for (let pointer = headerBytes; pointer < lower; pointer += pointerBytes) {
    const word = page.readUInt32LE(pointer)
    const offset = word & 0x7fff
    if (at < offset || at >= offset + (word >>> 17)) continue
    return isIndex && isBoundary(page, pointer === headerBytes) ? 'boundary' : 'row'
  }
  return 'free space'
}

/** What a page above the leaves holds, and the first item of a leaf that has a right neighbour. */
function isBoundary(page: Buffer, isFirst: boolean): boolean {
  const special = page.readUInt16LE(16)
  const rightNeighbour = page.readUInt32LE(special + 4)
  const level = page.readUInt32LE(special + 8)
  return level > 0 || (isFirst && rightNeighbour !== 0)
}
