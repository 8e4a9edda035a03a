import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { ImportSettings } from '../imports-store.ts'
import { advanceImport } from './advance-import.ts'
import { importRecords } from './import-records.ts'
import { openDatabase } from './open-database.ts'

const settings: ImportSettings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
const customerId = 'robin@shoppers.example'

function open() {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  const records = importRecords(database)
  const steps = advanceImport(database, () => [])
  records.add({ at: 1, actor: 'operator', source: { kind: 'customer', customerId }, settings })
  const { part } = steps.next({ afterImport: '0', now: 1 })
  const request = { importId: '1', partId: part?.id ?? 0, refusals: [], now: 1 }
  return { database, lock, records, steps, request }
}

/** What of a customer is left: the id, and a hash that could be found again from it. */
function traces(database: Database): unknown {
  return {
    subjects: database.prepare('SELECT count(*) FROM import_parts WHERE subject = ?').pluck().get(customerId),
    fingerprints: database.prepare("SELECT count(*) FROM imports WHERE fingerprint <> ''").pluck().get(),
  }
}

test('a customer is forgotten when their connections are known, and wholly when the import has ended', () => {
  const { database, lock, steps, request } = open()
  expect(traces(database)).toEqual({ subjects: 1, fingerprints: 1 })
  steps.resolveCustomer({ ...request, connectionIds: ['c1'] })
  expect(traces(database)).toEqual({ subjects: 0, fingerprints: 1 })
  const { part } = steps.next({ afterImport: '0', now: 1 })
  const page = { readFrom: null, cursor: null, isLast: true, events: [], destinations: [], known: 0, found: 0 }
  steps.record({ ...request, ...page, partId: part?.id ?? 0 })
  expect(traces(database)).toEqual({ subjects: 0, fingerprints: 0 })
  database.close()
  lock.release()
})

test('and when it is cancelled', () => {
  const { database, lock, records } = open()
  records.cancel({ id: '1', audit: { at: 2, actor: 'operator', action: 'cancel', subject: 'import 1' } })
  expect(traces(database)).toEqual({ subjects: 0, fingerprints: 0 })
  database.close()
  lock.release()
})

test('the next part is found by an index, however many there are', () => {
  const { database, lock } = open()
  const plan = database
    .prepare<[number, number], { detail: string }>(
      `EXPLAIN QUERY PLAN SELECT p.id FROM imports i CROSS JOIN import_parts p ON p.import_id = i.id AND p.finished_at IS NULL
       WHERE i.finished_at IS NULL AND i.id > ? AND p.due_at <= ? ORDER BY i.id, p.due_at, p.id LIMIT 1`,
    )
    .all(0, 1)
  expect(plan.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('imports_unfinished'),
    expect.stringContaining('import_parts_due'),
  ])
  database.close()
  lock.release()
})
