import type { Database } from 'better-sqlite3'
import type { MemoryRecord } from '../memory-records.ts'
import { firstRecord, memoryRecords } from '../memory-records.ts'
import { personIndex } from './person-index.ts'

const windowSize = 5_000

/** Indexes what was remembered of connections before there was an index of persons; does nothing once that was done. */
export function fillPersonIndex(database: Database): void {
  const isDone = database.prepare<[], number>("SELECT value FROM counters WHERE name = 'people_indexed'").pluck()
  if (isDone.get() === 1) return
  const index = personIndex(database)
  const { history, contacts } = memoryRecords(database)

  function addAll(read: typeof history): void {
    let last: MemoryRecord | undefined
    for (let records = read(firstRecord, windowSize); records.length > 0; records = read(last ?? firstRecord, windowSize)) {
      for (const record of records) {
        const before = last?.connectionId === record.connectionId ? last.owner : undefined
        index.learn(record.connectionId, record.owner, before)
        last = record
      }
    }
  }

  database
    .transaction(() => {
      addAll(history)
      addAll(contacts)
      database.exec("UPDATE counters SET value = 1 WHERE name = 'people_indexed'")
    })
    .immediate()
}
