import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'

/** A file that pages load. */
interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly contentType: string
}

/** The files that pages load, under an address that changes with their content. */
export interface Assets {
  readonly version: string
  readonly files: ReadonlyMap<string, Asset>
}

const folder = new URL('../../assets/', import.meta.url)
const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
let read: Assets | undefined

/** The files of this package's `assets`, read when first asked for. */
export function assets(): Assets {
  read ??= readAssets()
  return read
}

/** Where a page loads a file from. */
export function assetUrl(name: string): string {
  return `/console/assets/${assets().version}/${name}`
}

function readAssets(): Assets {
  const hash = createHash('sha256')
  const files = new Map<string, Asset>()
  for (const name of readdirSync(folder).toSorted()) {
    const contentType = contentTypes[extname(name)]
    if (contentType === undefined) continue
    const body = new Uint8Array(readFileSync(new URL(name, folder)))
    hash.update(name).update(body)
    files.set(name, { body, contentType })
  }
  return { version: hash.digest('hex').slice(0, 16), files }
}
