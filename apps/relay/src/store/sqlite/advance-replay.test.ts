import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { receivedAt } from '../../../test/support/incoming.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { openSqliteStore } from './sqlite-store.ts'

test('a finished replay holds no customer: not shown, and not in its row', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  const selection = { kind: 'deliveries', filter: { customer: 'robin@shoppers.example' }, repeatDelivered: false } as const
  await store.addReplay({ at: receivedAt, actor: 'operator', selection, through: 1, planned: new Map([['one', 1]]) })
  const reader = new Database(path, { readonly: true })
  const row = reader.prepare<[], string>('SELECT selection FROM replays').pluck()
  expect(row.get()).toContain('robin@shoppers.example')
  await store.advanceReplay({ destination: 'one', limit: 1, now: receivedAt })
  expect(row.get()).not.toContain('robin')
  reader.close()
  await store.close()
})
