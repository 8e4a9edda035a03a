import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { unusedRanges } from './unused-ranges.ts'

/** Clears what is unused in the file of an open store. */
export interface FileScrubber {
  /**
   * Clears one part of the file, synced. Returns where to go on, `null` after the last, and the place itself when another process reads the
   * store right now, so that the log cannot be emptied.
   */
  scrub(from: number): number | null
  close(): void
}

const windowBytes = 2 * 1024 * 1024

/** How long another process that reads the store, as a backup does, is given before the log is looked at again. */
export const readerMs = 1_000

/**
 * `secure_delete` overwrites what is deleted, but not the copies that SQLite leaves where it moved rows from. Bytes that hold nothing by
 * the file format are set to zero here, which changes nothing for SQLite and nothing when it is cut short by a crash. The log is empty and
 * SQLite's own memory of the file's pages is let go of first, so that no older copy of a page is written back over it.
 * The file stays open until the end: closing it would end the locks that SQLite holds on it for this process.
 */
export function fileScrubber(database: Database, path: string): FileScrubber {
  let file: number | undefined

  function clear(descriptor: number, from: number): number | null {
    const pageBytes = Number(database.pragma('page_size', { simple: true }))
    const { size } = fstatSync(descriptor)
    const window = Buffer.alloc(Math.min(windowBytes, size - from))
    const read = readSync(descriptor, window, 0, window.length, from)
    let isChanged = false
    for (let at = 0; at + pageBytes <= read; at += pageBytes) {
      const page = window.subarray(at, at + pageBytes)
      const isFirst = from + at === 0
      for (const { start, end } of unusedRanges(page, { isFirst, usableBytes: pageBytes })) {
        const zeros = Buffer.alloc(end - start)
        if (page.subarray(start, end).equals(zeros)) continue
        writeSync(descriptor, zeros, 0, zeros.length, from + at + start)
        isChanged = true
      }
    }
    if (isChanged) fdatasyncSync(descriptor)
    return from + read >= size ? null : from + read
  }

  return {
    scrub(from) {
      if (!emptyLog(database)) return from
      database.pragma('shrink_memory')
      file ??= openSync(path, 'r+')
      return clear(file, from)
    },
    close() {
      if (file !== undefined) closeSync(file)
    },
  }
}

/** Whether the whole log is in the store's file now, and the log's file empty. Nobody waits for a reader: it may take minutes. */
function emptyLog(database: Database): boolean {
  const timeoutMs = Number(database.pragma('busy_timeout', { simple: true }))
  database.pragma('busy_timeout = 0')
  try {
    // The first column says whether somebody was in the way.
    return database.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0
  } finally {
    database.pragma(`busy_timeout = ${timeoutMs}`)
  }
}
