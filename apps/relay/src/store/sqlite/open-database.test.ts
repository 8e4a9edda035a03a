import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { applicationId, migrations } from './migrations.ts'
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
    ['a store of a newer schema', makeStore, newer, /schema version 99, and this relay knows \d+ at most/],
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

  test('a folder', () => {
    expect(refusal(temporaryFolder())).toMatch(/is a folder\. Set it to a file/)
  })

  test.skipIf(process.platform === 'win32')('what is no file: it must never be replaced', () => {
    const path = join(temporaryFolder(), 'pipe')
    execFileSync('mkfifo', [path])
    expect(refusal(path)).toMatch(/is no file\. Set it to a file/)
    expect(statSync(path).isFIFO()).toBe(true)
  })

  test('nothing is left beside another program’s file', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.txt'), 'dear diary')
    refusal(join(folder, 'notes.txt'))
    expect(readdirSync(folder)).toEqual(['notes.txt'])
  })

  test('a store that cannot be opened for writing', () => {
    const path = makeStore()
    mkdirSync(`${path}-wal`)
    expect(refusal(path)).toMatch(/cannot be made or opened \(SQLITE_CANTOPEN.*\)\. Set RELAY_STORE/)
  })

  test('a lock file that is something else', () => {
    const path = join(temporaryFolder(), 'relay.db')
    writeFileSync(`${path}.lock`, 'dear diary '.repeat(100))
    expect(refusal(path)).toMatch(/cannot be made or opened \(SQLITE_NOTADB\)/)
  })

  test('a second try in one process leaves the lock for other processes closed', () => {
    const path = join(temporaryFolder(), 'relay.db')
    const { database, lock } = openDatabase(path)
    refusal(path)
    const probe = `const Database = require('better-sqlite3'); new Database(process.argv[1], { timeout: 0 }).exec('BEGIN EXCLUSIVE')`
    const other = spawnSync(process.execPath, ['-e', probe, `${path}.lock`], { cwd: import.meta.dirname, encoding: 'utf8' })
    expect(other.stderr).toContain('database is locked')
    database.close()
    lock.release()
  })

  test('a store of a newer schema whose last writes are still in its log', () => {
    const path = join(temporaryFolder(), 'relay.db')
    const { database, lock } = openDatabase(path)
    database.pragma('user_version = 99')
    const folder = temporaryFolder()
    for (const file of ['relay.db', 'relay.db-wal']) copyFileSync(join(dirname(path), file), join(folder, file))
    database.close()
    lock.release()
    const copy = join(folder, 'relay.db')
    const bytes = () => [copy, `${copy}-wal`].map((file) => readFileSync(file))
    const before = bytes()
    expect(before[1]?.length).toBeGreaterThan(0)
    expect(refusal(copy)).toMatch(/schema version 99/)
    expect(bytes()).toEqual(before)
  })

  test('the log of a store whose file is gone: a new store must not take it for its own', () => {
    const path = join(temporaryFolder(), 'relay.db')
    writeFileSync(`${path}-wal`, 'the last writes')
    expect(refusal(path)).toMatch(/is gone and its last writes are still in .*-wal\. Nothing was changed/)
    expect(readFileSync(`${path}-wal`, 'utf8')).toBe('the last writes')
    expect(existsSync(path)).toBe(false)
  })

  test('a folder that cannot be made', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(join(file, 'data', 'relay.db'))).toMatch(/cannot be made or opened \(ENOTDIR\). Set RELAY_STORE/)
  })
})

describe('a store of an older schema', () => {
  function makeOlder(): string {
    const path = join(temporaryFolder(), 'relay.db')
    const database = new Database(path)
    database.exec(migrations[0] ?? '')
    database.pragma(`application_id = ${applicationId}`)
    database.pragma('user_version = 1')
    database.exec("INSERT INTO audit (at, actor, action, subject) VALUES (1, 'operator', 'reveal', 'event a')")
    database.close()
    return path
  }

  test('is brought up to date, and a copy of it as it was is kept for its owner alone', () => {
    const path = makeOlder()
    const { database, lock } = openDatabase(path)
    expect(database.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(database.prepare('SELECT subject FROM audit').pluck().all()).toEqual(['event a'])
    database.close()
    lock.release()
    const copy = `${path}.schema-1`
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    const old = new Database(copy, { readonly: true })
    expect(old.pragma('user_version', { simple: true })).toBe(1)
    expect(old.pragma('application_id', { simple: true })).toBe(applicationId)
    expect(old.prepare('SELECT subject FROM audit').pluck().all()).toEqual(['event a'])
    old.close()
  })

  test('is left as it was when the copy cannot be made', () => {
    const path = makeOlder()
    mkdirSync(`${path}.schema-1.part`)
    const before = readFileSync(path)
    expect(refusal(path)).toMatch(/cannot be made or opened/)
    expect(readFileSync(path)).toEqual(before)
  })
})

test('a store that is up to date is opened without a write', () => {
  const path = makeStore()
  const { database, lock } = openDatabase(path)
  database.close()
  lock.release()
  const before = readFileSync(path)
  const again = openDatabase(path)
  expect(readdirSync(dirname(path)).filter((name) => name.includes('schema'))).toEqual([])
  again.database.close()
  again.lock.release()
  expect(readFileSync(path)).toEqual(before)
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
