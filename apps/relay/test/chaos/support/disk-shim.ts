import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'

/** A disk that can be broken, below one folder. */
export interface BreakableDisk {
  /** For the environment of the process that is to use it. */
  readonly env: Readonly<Record<string, string>>
  /** From now on: full (its files together cannot grow), failing (every write and sync), read-only, or well. */
  break(how: 'full' | 'error' | 'read-only' | 'well'): void
  /**
   * Takes back what was written and not synced, as a power cut does: of each file everything, or all but a random number of its first
   * writes. Returns how many writes were taken back. Only after the process has ended.
   */
  cutPower(keep: 'nothing' | 'some'): number
}

const headBytes = 24

/** Why a disk cannot be broken here; `undefined`: it can. */
export function whyNoShim(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'needs gcc'
  }
}

let compiled: string | undefined

function compile(): string {
  if (compiled !== undefined) return compiled
  const folder = mkdtempSync(join(tmpdir(), 'relay-shim-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const output = join(folder, 'disk-shim.so')
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', output, join(import.meta.dirname, 'disk-shim.c')])
  compiled = output
  return output
}

/** A disk below the folder. `reports`: each sync is told on file descriptor 3. */
export function createBreakableDisk(folder: string, { reports = false }: { readonly reports?: boolean } = {}): BreakableDisk {
  const undo = mkdtempSync(join(dirname(folder), 'undo-'))
  const fault = join(undo, 'fault')
  return {
    env: {
      LD_PRELOAD: compile(),
      CHAOS_DISK_ROOT: realpathSync(folder),
      CHAOS_DISK_UNDO: undo,
      CHAOS_DISK_FAULT: fault,
      ...(reports ? { CHAOS_DISK_REPORT: '1' } : {}),
    },
    break: (how) => writeFileSync(fault, faultText(how, folder)),
    cutPower(keep) {
      let taken = 0
      for (const name of readdirSync(undo).filter((one) => one.endsWith('.undo'))) {
        taken += takeBack(join(folder, name.slice(0, -'.undo'.length)), readFileSync(join(undo, name)), keep)
        rmSync(join(undo, name))
      }
      for (const name of readdirSync(folder).filter((one) => one.endsWith('-shm'))) rmSync(join(folder, name))
      return taken
    },
  }
}

function faultText(how: 'full' | 'error' | 'read-only' | 'well', folder: string): string {
  if (how !== 'full') return how === 'well' ? '' : how
  const used = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  return `f${used}`
}

interface UndoRecord {
  readonly size: number
  readonly offset: number
  readonly bytes: Buffer
}

function takeBack(path: string, undo: Buffer, keep: 'nothing' | 'some'): number {
  const records = readRecords(undo)
  const kept = keep === 'nothing' ? 0 : Math.floor(Math.random() * (records.length + 1))
  if (!existsSync(path)) return 0
  const file = openSync(path, 'r+')
  for (const { size, offset, bytes } of records.slice(kept).toReversed()) {
    if (bytes.length > 0) writeSync(file, bytes, 0, bytes.length, offset)
    ftruncateSync(file, size)
  }
  closeSync(file)
  return records.length - kept
}

/** The last one may be cut short: the kill came while it was written, before the write that it belongs to. */
function readRecords(undo: Buffer): readonly UndoRecord[] {
  const records: UndoRecord[] = []
  for (let at = 0; at + headBytes <= undo.length; ) {
    const length = Number(undo.readBigInt64LE(at + 16))
    const end = at + headBytes + length
    if (end > undo.length) break
    records.push({
      size: Number(undo.readBigInt64LE(at)),
      offset: Number(undo.readBigInt64LE(at + 8)),
      bytes: undo.subarray(at + headBytes, end),
    })
    at = end
  }
  return records
}
