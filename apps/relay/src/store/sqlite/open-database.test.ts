import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { applicationId } from './migrations.ts'
import { openDatabase } from './open-database.ts'

function refusal(path: string): string {
  try {
    const { database, lock } = openDatabase(path)
    database.close()
    lock.release()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return error instanceof ConfigurationError ? error.message : ''
  }
  return expect.unreachable('the store was opened')
}

function makeStore(): string {
  const path = join(temporaryFolder(), 'relay.db')
  const { database, lock } = openDatabase(path)
  database.pragma('journal_mode = DELETE')
  database.close()
  lock.release()
  return path
}

test('the folder and every file are for their owner alone', () => {
  const folder = join(temporaryFolder(), 'data')
  const { database, lock } = openDatabase(join(folder, 'relay.db'))
  database.exec("INSERT INTO audit (at, actor, action, subject) VALUES (1, 'a', 'b', 'c')")
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const modes = readdirSync(folder).map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))
  expect(modes.length).toBeGreaterThanOrEqual(4)
  expect(new Set(modes)).toEqual(new Set(['600']))
  database.close()
  lock.release()
})

test('every commit is synced, in write-ahead mode', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(database.pragma('synchronous', { simple: true })).toBe(2)
  database.close()
  lock.release()
})

test('an empty file is where a store may be made', () => {
  const path = join(temporaryFolder(), 'relay.db')
  writeFileSync(path, '')
  const { database, lock } = openDatabase(path)
  expect(database.pragma('application_id', { simple: true })).toBe(applicationId)
  database.close()
  lock.release()
})

describe('refused in a sentence, and left as it was', () => {
  const foreign = (path: string): void => {
    const database = new Database(path)
    database.exec('CREATE TABLE notes (text)')
    database.close()
  }
  const newer = (path: string): void => {
    const database = new Database(path)
    database.pragma('user_version = 99')
    database.close()
  }
  const scribble = (path: string): void => {
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 4096, 3 * 4096)
    bytes.fill(0x5a, 200, 4096)
    writeFileSync(path, bytes)
  }

  test.each([
    ['another program’s database', () => join(temporaryFolder(), 'relay.db'), foreign, /belongs to another program/],
    [
      'no database',
      () => join(temporaryFolder(), 'relay.db'),
      (path: string) => writeFileSync(path, 'dear diary'),
      /not an SQLite database or is cut short/,
    ],
    ['a file cut short', makeStore, (path: string) => truncateSync(path, 50), /not an SQLite database or is cut short/],
    ['a store of a newer schema', makeStore, newer, /schema version 99, and this relay knows 1 at most/],
    ['a store that lost its end', makeStore, (path: string) => truncateSync(path, 4096), /damaged/],
    ['a store that was scribbled over', makeStore, scribble, /damaged/],
  ])('%s', (_name, make, spoil, expected) => {
    const path = make()
    spoil(path)
    const before = readFileSync(path)
    expect(refusal(path)).toMatch(expected)
    expect(readFileSync(path)).toEqual(before)
  })

  test('a store that another relay has, with its holder named', () => {
    const path = join(temporaryFolder(), 'relay.db')
    const { database, lock } = openDatabase(path)
    expect(refusal(path)).toMatch(new RegExp(`in use by process ${process.pid} on .*, started 2`))
    database.close()
    lock.release()
    const again = openDatabase(path)
    again.database.close()
    again.lock.release()
  })

  test('a folder that cannot be made', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(join(file, 'data', 'relay.db'))).toMatch(/cannot be made \(ENOTDIR\). Set RELAY_STORE/)
  })
})

test('a crash while a store is made leaves a place where one can be made', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'relay.db')
  writeFileSync(`${path}.new`, 'half a store')
  const { database, lock } = openDatabase(path)
  expect(database.prepare('SELECT count(*) FROM events').pluck().get()).toBe(0)
  database.close()
  lock.release()
})

test('a folder that is there keeps its mode', () => {
  const folder = join(temporaryFolder(), 'mine')
  mkdirSync(folder)
  chmodSync(folder, 0o750)
  const { database, lock } = openDatabase(join(folder, 'relay.db'))
  expect(statSync(folder).mode & 0o777).toBe(0o750)
  database.close()
  lock.release()
})
