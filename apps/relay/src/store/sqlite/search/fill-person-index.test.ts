import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { incoming, receivedAt } from '../../../../test/support/incoming.ts'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import { openSqliteStore } from '../sqlite-store.ts'

const robin = { kind: 'email', value: 'robin@shoppers.example' } as const

test('who was known before there was an index is found after the upgrade, and whoever had the connection later is not', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  const customers = [
    { id: 'r', email: robin.value, mobile: null },
    { id: 'r', email: null, mobile: null },
    { id: 'kim', email: null, mobile: '+12025550100' },
  ]
  const events = customers.map((customer, index) =>
    incoming(
      makeConnectionEvent('connection.reauthenticated', { id: `e${index}`, connection: { id: 'x' }, customer }),
      receivedAt + index,
    ),
  )
  await store.ingest({ events, destinations: [] })
  const { id } = await store.findPersonId(robin)
  await store.close()
  const database = new Database(path)
  database.exec("DELETE FROM person_index; UPDATE counters SET value = 0 WHERE name = 'people_indexed'")
  database.close()
  const upgraded = await openSqliteStore(path, receivedAt)
  const found = await upgraded.listEvents({ person: id }, { limit: 10 })
  expect(found.items.map((item) => item.event.id)).toEqual(['e1', 'e0'])
  const kim = await upgraded.findPersonId({ kind: 'mobile', value: '+12025550100' })
  expect((await upgraded.listEvents({ person: kim.id }, { limit: 10 })).items.map((item) => item.event.id)).toEqual(['e2'])
  await upgraded.close()
})
