import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { minFreeBytesOf } from '../../store/sqlite/space-guard.ts'
import type { VolumeSpace } from '../../store/sqlite/volume-space.ts'
import { readVolumeSpace } from '../../store/sqlite/volume-space.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** A disk as Linux tells it. */
export interface Volume extends VolumeSpace {
  /** The magic number of the file system; see statfs(2). */
  readonly type: number
}

const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
])
const passingTypes: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'in memory (tmpfs): it is gone after a restart of the machine'],
  [0x858458f6, 'in memory (ramfs): it is gone after a restart of the machine'],
  [0x794c7630, "a container's own layer (overlay): it is gone with the container"],
])
const mebibyte = 1024 * 1024

/** The disk that a store's file is or would be on. */
export function readVolume(path: string): Volume {
  let folder = dirname(path)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return { ...readVolumeSpace(folder), type: statfsSync(folder).type }
}

/** Whether there is room on the disk, and whether a store may be on it at all. */
export function examineDisk(volume: Volume, given: number | undefined): readonly Finding[] {
  const { freeBytes, totalBytes, type } = volume
  const least = minFreeBytesOf(totalBytes, given)
  const free = `${toMebibytes(freeBytes)} free of ${toMebibytes(totalBytes)}`
  const room =
    freeBytes < least
      ? fail(
          'disk',
          `${free}: below ${toMebibytes(least)}, webhooks are answered 503.`,
          'Make room, or set RELAY_STORE to a file on a larger disk.',
        )
      : freeBytes < 2 * least
        ? warn('disk', `${free}: below ${toMebibytes(least)}, webhooks are answered 503.`, 'Make room before it is needed.')
        : ok('disk', `${free}.`)
  return [room, ...examineType(type)]
}

function examineType(type: number): readonly Finding[] {
  const network = networkTypes.get(type)
  if (network !== undefined) {
    return [
      fail(
        'disk',
        `The store would be on a network file system (${network}), where its locks do not hold.`,
        'Set RELAY_STORE to a file on a local disk.',
      ),
    ]
  }
  const passing = passingTypes.get(type)
  return passing === undefined
    ? []
    : [warn('disk', `The store is on ${passing}.`, 'Set RELAY_STORE to a file on a disk or a volume that stays.')]
}

function toMebibytes(bytes: number): string {
  return bytes < 10 * 1024 * mebibyte ? `${Math.round(bytes / mebibyte)} MiB` : `${Math.round(bytes / 1024 / mebibyte)} GiB`
}
