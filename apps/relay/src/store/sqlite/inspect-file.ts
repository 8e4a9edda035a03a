import { closeSync, openSync, readSync, statSync } from 'node:fs'
import Database, { SqliteError } from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { applicationId, migrations } from './migrations.ts'

const headerLength = 100
const magic = 'SQLite format 3\0'
const applicationIdOffset = 68
const remedy = 'Nothing was changed. Set RELAY_STORE to another file, or restore a backup.'

/**
 * Looks at what is in place of a store, without writing and without opening it as a database. Throws a sentence when it is not a
 * relay's store; a device or a folder above all must never be taken for an empty file and replaced.
 */
export function inspectFile(path: string): 'missing' | 'store' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return 'missing'
  if (!found.isFile()) {
    throw new ConfigurationError(
      `RELAY_STORE names ${path}, which is ${found.isDirectory() ? 'a folder' : 'no file'}. Set it to a file, for example sqlite:./data/relay.db.`,
    )
  }
  const header = readHeader(path)
  if (header.length === 0) return 'missing'
  if (header.length < headerLength || header.toString('latin1', 0, magic.length) !== magic) {
    throw new ConfigurationError(`RELAY_STORE names ${path}, which is not an SQLite database or is cut short. ${remedy}`)
  }
  if (header.readUInt32BE(applicationIdOffset) !== applicationId) {
    throw new ConfigurationError(`RELAY_STORE names ${path}, an SQLite database that belongs to another program. ${remedy}`)
  }
  return 'store'
}

/** Looks into a store, without writing. Throws a sentence when it is damaged or of a newer schema. */
export function inspectDatabase(path: string): void {
  const database = new Database(path, { readonly: true })
  try {
    const version = Number(database.pragma('user_version', { simple: true }))
    if (version > migrations.length) {
      throw new ConfigurationError(
        `The store ${path} has schema version ${version}, and this relay knows ${migrations.length} at most: it was written by a newer one. Nothing was changed. Start the newer version.`,
      )
    }
    database.prepare('SELECT name, sql FROM sqlite_schema').all()
    database.prepare('SELECT seq FROM events ORDER BY seq DESC LIMIT 1').all()
    database.prepare('SELECT id FROM deliveries ORDER BY id DESC LIMIT 1').all()
  } catch (error) {
    if (!(error instanceof SqliteError) || !/^SQLITE_(CORRUPT|NOTADB|ERROR|IOERR_SHORT_READ)/.test(error.code)) throw error
    throw new ConfigurationError(`The store ${path} is damaged and cannot be read (${error.code}). ${remedy}`)
  } finally {
    database.close()
  }
}

function readHeader(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(headerLength)
    return header.subarray(0, readSync(file, header, 0, headerLength, 0))
  } finally {
    closeSync(file)
  }
}
