import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { SpaceGuardOptions } from './space-guard.ts'
import { DiskLowError, spaceGuard } from './space-guard.ts'

const mebibyte = 1024 * 1024

function set(options: Partial<SpaceGuardOptions> & { free?: number; total?: number } = {}) {
  const path = join(temporaryFolder(), 'relay.db')
  let now = 0
  let free = options.free ?? 10_000 * mebibyte
  let reads = 0
  let full = 0
  let back = 0
  const guard = spaceGuard({
    path,
    elapsed: () => now,
    readSpace: () => {
      reads += 1
      return { freeBytes: free, totalBytes: options.total ?? 100_000 * mebibyte }
    },
    makeRoom: () => {
      full += 1
    },
    roomIsBack: () => {
      back += 1
    },
    ...options,
  })
  return {
    guard,
    reserve: `${path}.reserve`,
    get reads() {
      return reads
    },
    get full() {
      return full
    },
    get back() {
      return back
    },
    becomes(bytes: number) {
      free = bytes
      now += 1_000
    },
  }
}

function diskFull(): never {
  throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
}

test.each([
  ['a large disk is low under 512 MiB', {}, 512],
  ['a small disk is low under 5 %', { total: 1_000 * mebibyte }, 50],
  ['a limit that is set holds', { minFreeBytes: 7 * mebibyte }, 7],
])('%s, and recovers by itself', (_name, options, limit) => {
  const disk = set(options)
  disk.guard.check()
  disk.becomes(limit * mebibyte - 1)
  expect(() => disk.guard.check()).toThrow(DiskLowError)
  disk.becomes(limit * mebibyte)
  disk.guard.check()
})

test('room is made when the disk becomes low, once', () => {
  const disk = set()
  disk.guard.freeBytes()
  expect(disk.full).toBe(0)
  for (let count = 0; count < 3; count += 1) {
    disk.becomes(400 * mebibyte)
    disk.guard.freeBytes()
  }
  expect({ full: disk.full, back: disk.back }).toEqual({ full: 1, back: 1 })
  disk.becomes(10_000 * mebibyte)
  disk.guard.freeBytes()
  expect({ full: disk.full, back: disk.back }).toEqual({ full: 1, back: 2 })
})

test('the disk is looked at once a second at most', () => {
  const disk = set()
  for (let count = 0; count < 100; count += 1) disk.guard.check()
  expect(disk.reads).toBe(1)
  disk.becomes(disk.guard.freeBytes() ?? 0)
  for (let count = 0; count < 100; count += 1) disk.guard.check()
  expect(disk.reads).toBe(2)
})

test('the reserve takes real room, is given back on a full disk, and is made again when there is room', () => {
  const disk = set()
  expect(statSync(disk.reserve).blocks * 512).toBeGreaterThanOrEqual(8 * mebibyte)
  let tries = 0
  const settled = disk.guard.withReserve(() => {
    tries += 1
    return existsSync(disk.reserve) ? diskFull() : 'settled'
  })
  expect({ settled, tries, full: disk.full }).toEqual({ settled: 'settled', tries: 2, full: 1 })
  disk.becomes(513 * mebibyte)
  disk.guard.check()
  expect(existsSync(disk.reserve)).toBe(false)
  disk.becomes(1_000 * mebibyte)
  disk.guard.check()
  expect(existsSync(disk.reserve)).toBe(true)
})

test('a disk that stays full is told to the caller, and other errors at once', () => {
  const disk = set()
  expect(() => disk.guard.withReserve(diskFull)).toThrow('database or disk is full')
  expect(() =>
    disk.guard.withReserve(() => {
      throw new Error('constraint')
    }),
  ).toThrow('constraint')
  expect(disk.full).toBe(1)
})

test('the reserve of an earlier process is kept, and one that is low makes none', () => {
  const path = join(temporaryFolder(), 'relay.db')
  writeFileSync(`${path}.reserve`, 'kept')
  const options = { path, elapsed: () => 0, makeRoom: () => undefined }
  spaceGuard({ ...options, readSpace: () => ({ freeBytes: 1e12, totalBytes: 1e12 }) })
  expect(statSync(`${path}.reserve`).size).toBe(4)
  const low = set({ free: 515 * mebibyte })
  expect(existsSync(low.reserve)).toBe(false)
})

test('a disk that says nothing of itself stops nobody', () => {
  const { guard } = set({
    readSpace: () => {
      throw new Error('ENOSYS')
    },
  })
  guard.check()
  expect(guard.freeBytes()).toBeNull()
})
