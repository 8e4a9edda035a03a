import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that exists until it is removed. */
export interface TemporaryFolder {
  readonly path: string
  /** Removes it with everything in it. */
  remove(): Promise<void>
}

/** Makes an empty folder, readable by this user alone, in the system's place for temporary files. */
export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'subtotal-relay-demo-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}
