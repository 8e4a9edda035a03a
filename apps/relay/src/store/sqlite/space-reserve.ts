import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs'

/** Room on the disk that is kept for finishing what was begun when nothing else is left. */
export interface SpaceReserve {
  readonly isThere: boolean
  /** Takes the room, if there is any. */
  make(): void
  /** Gives the room back. */
  release(): void
}

const chunkBytes = 1024 * 1024

/** A reserve of so many bytes in one file, written in full: a file with holes would take no room. */
export function spaceReserve(path: string, bytes: number): SpaceReserve {
  let isThere = existsSync(path)

  function release(): void {
    isThere = false
    rmSync(path, { force: true })
  }

  return {
    get isThere() {
      return isThere
    },
    make() {
      try {
        const file = openSync(path, 'w', 0o600)
        try {
          for (let left = bytes; left > 0; left -= chunkBytes) writeSync(file, Buffer.alloc(Math.min(chunkBytes, left)))
        } finally {
          closeSync(file)
        }
        isThere = true
      } catch {
        release()
      }
    },
    release,
  }
}
