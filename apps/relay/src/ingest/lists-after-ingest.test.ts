import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { incoming, receivedAt } from '../../test/support/incoming.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { listsAfterIngest } from './lists-after-ingest.ts'

/** Lists of a store with one event, beside an ingest that is busy until `pass` is called. */
async function start() {
  const clock = createVirtualClock(receivedAt)
  const store = await openSqliteStore(join(temporaryFolder(), 'relay.db'), receivedAt)
  onTestFinished(() => store.close())
  await store.ingest({ events: [incoming(makeConnectionEvent('account.connected', { id: 'a' }))], destinations: ['braze'] })
  const passing = Promise.withResolvers<void>()
  let isBusy = true
  const lists = listsAfterIngest(store, { isBusy: () => isBusy, drained: () => passing.promise }, clock)
  let found = 0
  return {
    clock,
    list: async () => {
      found = (await lists.listEvents({}, { limit: 5 })).items.length
    },
    found: () => found,
    pass() {
      isBusy = false
      passing.resolve()
    },
  }
}

test('a list is read when what came in is stored', async () => {
  const { clock, list, found, pass } = await start()
  const listed = list()
  await clock.advance(40)
  expect(found()).toBe(0)
  pass()
  await listed
  expect(found()).toBe(1)
  await list()
})

test('a list waits a short time, however much comes in', async () => {
  const { clock, list, found } = await start()
  const listed = list()
  await clock.advance(50)
  await listed
  expect(found()).toBe(1)
})
