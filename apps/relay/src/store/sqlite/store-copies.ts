import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { StoreCopies } from '../erasure-store.ts'

/** Which files beside the store hold what it held once. */
export function findCopies(path: string): StoreCopies {
  const name = basename(path)
  const names = readdirSync(dirname(path)).toSorted()
  return {
    deleted: names.filter((one) => one.startsWith(`${name}.schema-`)),
    left: names.filter((one) => one.startsWith(`${name}.before-restore-`)),
  }
}

/** Deletes those that are the relay's own. */
export function deleteCopies(path: string): StoreCopies {
  const copies = findCopies(path)
  for (const name of copies.deleted) rmSync(join(dirname(path), name), { force: true })
  return copies
}
