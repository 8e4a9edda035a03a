import { dirname } from 'node:path'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import { spaceReserve } from './space-reserve.ts'
import type { ReadVolumeSpace, VolumeSpace } from './volume-space.ts'
import { readVolumeSpace } from './volume-space.ts'

/** The disk is nearly full: nothing new is taken, so that what was taken can be finished. */
export class DiskLowError extends Error {
  override readonly name: string = 'DiskLowError'
}

/** What the room on the disk allows. */
export interface SpaceGuard {
  /** `null` where it cannot be known. */
  freeBytes(): number | null
  /** Throws a {@link DiskLowError} while there is less room than new events may use. */
  check(): void
  /** Runs what must be recorded, and once more with the reserve's room when the disk is full. */
  withReserve<Result>(action: () => Result): Result
}

/** What a guard works with. */
export interface SpaceGuardOptions {
  /** The store's file. The reserve is beside it, `<path>.reserve`. */
  readonly path: string
  /** Less free than this, and nothing new is taken. Default: 512 MiB, or 5 % of a disk on which that is less. */
  readonly minFreeBytes?: number
  readonly readSpace?: ReadVolumeSpace
  /** Milliseconds since some moment. */
  readonly elapsed: () => number
  /** Makes room in the store's own files: called when the disk becomes low, and when it is full and the reserve was given back. */
  readonly makeRoom: () => void
  /** The disk is no longer low, or there is room for the reserve again. */
  readonly roomIsBack?: () => void
}

const mebibyte = 1024 * 1024
const usualMinFreeBytes = 512 * mebibyte
const usualMinFreePart = 0.05
const reserveBytes = 8 * mebibyte
const reservePart = 1 / 16
const readEveryMs = 1_000

/** The room that nothing new may use, on a disk of this size. */
export function minFreeBytesOf(totalBytes: number, given: number | undefined): number {
  return given ?? Math.min(usualMinFreeBytes, totalBytes * usualMinFreePart)
}

/** Looks at the disk when asked, once a second at most, and keeps the reserve while there is room for it. */
export function spaceGuard(options: SpaceGuardOptions): SpaceGuard {
  const { path, readSpace = readVolumeSpace, elapsed, makeRoom, roomIsBack } = options
  const folder = dirname(path)
  let read = { at: elapsed(), space: tryRead() }
  const { totalBytes } = read.space ?? { totalBytes: 0 }
  const reserved = Math.min(reserveBytes, Math.floor(totalBytes * reservePart))
  const minFreeBytes = minFreeBytesOf(totalBytes, options.minFreeBytes)
  const reserve = spaceReserve(`${path}.reserve`, reserved)
  keepReserve()

  function tryRead(): VolumeSpace | undefined {
    try {
      return readSpace(folder)
    } catch {
      return undefined
    }
  }

  function freeBytes(): number | null {
    if (elapsed() - read.at >= readEveryMs) {
      const wasLow = isLow()
      read = { at: elapsed(), space: tryRead() }
      if (!wasLow && isLow()) makeRoom()
      if (wasLow && !isLow()) roomIsBack?.()
      keepReserve()
    }
    return read.space?.freeBytes ?? null
  }

  function isLow(): boolean {
    return read.space !== undefined && read.space.freeBytes < minFreeBytes
  }

  /** Only with room to spare, or the reserve itself would make the disk low. */
  function keepReserve(): void {
    if (read.space === undefined || reserve.isThere) return
    if (read.space.freeBytes >= minFreeBytes + 2 * reserved) {
      reserve.make()
      roomIsBack?.()
    }
  }

  return {
    freeBytes,
    check() {
      freeBytes()
      if (isLow()) throw new DiskLowError('The disk of the store is nearly full.')
    },
    withReserve(action) {
      try {
        return action()
      } catch (error) {
        if (!isFull(error)) throw error
        reserve.release()
        makeRoom()
        return action()
      }
    },
  }
}

/** SQLite says `SQLITE_IOERR_WRITE` where a quota or a limit of the process ends the room. */
function isFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC'].includes(errorCodeOf(error))
}
