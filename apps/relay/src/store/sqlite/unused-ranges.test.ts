import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { unusedRanges } from './unused-ranges.ts'

const pageBytes = 512

/** Fills everything unused with a pattern: what SQLite needed would be gone. */
function overwriteUnused(path: string): number {
  const file = readFileSync(path)
  let overwritten = 0
  for (let at = 0; at < file.length; at += pageBytes) {
    for (const { start, end } of unusedRanges(file.subarray(at, at + pageBytes), { isFirst: at === 0, usableBytes: pageBytes })) {
      file.fill(0xee, at + start, at + end)
      overwritten += end - start
    }
  }
  writeFileSync(path, file)
  return overwritten
}

test('whatever was inserted, changed and deleted, SQLite needs nothing of it', () => {
  const change = fc.record({
    key: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 0, max: 1_500 }),
    isDelete: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 50, maxLength: 200 }), (changes) => {
      const path = join(temporaryFolder(), 'any.db')
      const database = new Database(path)
      database.pragma(`page_size = ${pageBytes}`)
      database.pragma('synchronous = OFF')
      database.exec(
        'CREATE TABLE a (key INTEGER PRIMARY KEY, body TEXT); CREATE INDEX b ON a (body); CREATE TABLE c (k TEXT PRIMARY KEY) WITHOUT ROWID',
      )
      for (const { key, length, isDelete } of changes) {
        if (isDelete) database.prepare('DELETE FROM a WHERE key = ?').run(key)
        else database.prepare('INSERT OR REPLACE INTO a VALUES (?, ?)').run(key, `${key}-`.repeat(length / 3))
        database.prepare('INSERT OR REPLACE INTO c VALUES (?)').run(`${key}`.repeat(20))
      }
      const before = database.prepare('SELECT * FROM a').all()
      database.close()
      expect(overwriteUnused(path)).toBeGreaterThan(0)
      const again = new Database(path)
      expect(again.pragma('integrity_check', { simple: true })).toBe('ok')
      expect(again.prepare('SELECT * FROM a').all()).toEqual(before)
      again.prepare('INSERT INTO a SELECT key + 1000, body FROM a').run()
      expect(again.pragma('integrity_check', { simple: true })).toBe('ok')
      again.close()
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('of a page that is not as the format says nothing is unused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: pageBytes, maxLength: pageBytes }), (page) => {
      for (const { start, end } of unusedRanges(page, { isFirst: false, usableBytes: pageBytes })) {
        expect(start).toBeLessThan(end)
        expect(end).toBeLessThanOrEqual(pageBytes)
      }
      page[0] = 0
      expect(unusedRanges(page, { isFirst: false, usableBytes: pageBytes })).toEqual([])
    }),
  )
})
