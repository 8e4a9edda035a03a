import { statfsSync } from 'node:fs'

/** How much room there is on the disk that a folder is on, in bytes. */
export interface VolumeSpace {
  /** For a process without special rights. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Reads the room on the disk of a folder. Throws when it cannot be known. */
export type ReadVolumeSpace = (folder: string) => VolumeSpace

/** Asks the operating system (`statfs`). */
export const readVolumeSpace: ReadVolumeSpace = (folder) => {
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
