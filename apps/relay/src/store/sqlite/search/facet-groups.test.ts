import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import type { OpenDatabase } from '../open-database.ts'
import { openDatabase } from '../open-database.ts'
import { facetGroups } from './facet-groups.ts'

let open: OpenDatabase

beforeEach(() => {
  open = openDatabase(join(temporaryFolder(), 'relay.db'))
})

afterEach(() => {
  open.database.close()
  open.lock.release()
})

function add(type: string, ...retailers: readonly (string | null)[]): void {
  const insert = open.database.prepare(`INSERT INTO events (event_id, idempotency_key, type, occurred_at, received_at, order_key,
    connection_id, retailer, content_hash, body) VALUES (?, ?, ?, '', 1, '', 'x', ?, '', '{}')`)
  for (const retailer of retailers) {
    const key = `${type}:${retailer}:${Math.random()}`
    insert.run(key, key, type, retailer)
  }
}

test('each type at each retailer is one, also at none', () => {
  add('a', 'target', 'walmart', 'target', null, '')
  add('b', 'walmart')
  const ofA = [null, '', 'target', 'walmart'].map((retailer) => ({ type: 'a', retailer }))
  const ofB = { type: 'b', retailer: 'walmart' }
  expect(facetGroups(open.database, {})).toEqual([...ofA, ofB])
  expect(facetGroups(open.database, { type: 'a' })).toEqual(ofA)
  expect(facetGroups(open.database, { retailer: 'walmart' })).toEqual([ofA[3], ofB])
  expect(facetGroups(open.database, { type: 'nothing' })).toEqual([])
})

test('too many are not counted to the end', () => {
  add('a', ...Array.from({ length: 501 }, (_, index) => `retailer-${index}`))
  expect(facetGroups(open.database, { type: 'a' })).toBeUndefined()
  expect(facetGroups(open.database, { retailer: 'retailer-7' })).toHaveLength(1)
})
