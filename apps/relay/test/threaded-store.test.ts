import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { ConfigurationError } from '../src/config/configuration-error.ts'
import { errorCodeOf } from '../src/observability/error-code-of.ts'
import { openThreadedStore } from '../src/store/sqlite/threaded-store.ts'
import { testKeys } from './support/encryption-keys.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** As an event of any connection, with text that is hard to carry. */
const hostile = { id: 'nul\u0000 "quote" \ud800 𝄞', email: "'; DROP TABLE events; --", mobile: null }

test('what goes in and comes out between the threads is the same', async () => {
  const store = await openThreadedStore({ path: join(temporaryFolder(), 'relay.db'), now: receivedAt })
  const event = { ...makeConnectionEvent('account.connected', { id: 'a' }), customer: hostile }
  const stored = { result: 'stored', eventId: 'a', eventType: 'account.connected', isNewVersion: false }
  expect(await store.ingest({ events: [incoming(event)], destinations: ['one'] })).toEqual([stored])
  const now = receivedAt + 1_000
  const lease = { leaseToken: 'mine', leaseUntil: now + 60_000 }
  const claim = await store.claim({ destination: 'one', now, limit: 10, maxBytes: 1e6, ...lease })
  expect(claim.deliveries.map((delivery) => delivery.event)).toStrictEqual([event])
  const settlements = claim.deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
  expect(await store.settle({ now, leaseToken: 'mine', settlements })).toEqual({ stale: 0 })
  expect(await store.findEvent('nothing')).toBeUndefined()
  const body = Buffer.from('\u0000 𝄞 no JSON')
  const webhook = { reason: 'ERR_WEBHOOK_NOT_JSON', fields: [], body, bodyHash: 'h', signedAt: receivedAt, receivedAt }
  const quarantined = await store.quarantine(webhook)
  expect(await store.findQuarantined(quarantined?.id ?? '')).toMatchObject({ body: body.toString() })
  await store.close()
})

test('both threads have the keys: one seals, the other reads', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openThreadedStore({ path, now: receivedAt, encryption: testKeys('one') })
  const customer = { id: 'robin-1', email: 'robin@shoppers.example', mobile: null }
  const event = { ...makeConnectionEvent('account.connected', { id: 'a' }), customer }
  await store.ingest({ events: [incoming(event)], destinations: [] })
  expect(await store.findEvent('a')).toMatchObject({ event: { customer }, isReadable: true })
  await store.close()
  expect(readFileSync(path).includes('robin@shoppers.example')).toBe(false)
})

test('calls are carried out in their order', async () => {
  const store = await openThreadedStore({ path: join(temporaryFolder(), 'relay.db'), now: receivedAt })
  const subjects = Array.from({ length: 100 }, (_, index) => `event ${index}`)
  await Promise.all(subjects.map((subject) => store.audit({ at: 1, actor: 'operator', action: 'reveal', subject })))
  const { items } = await store.listAudit({ limit: 100 })
  expect(items.map((item) => item.subject).toReversed()).toEqual(subjects)
  await store.close()
})

test('a store that cannot be opened is refused in the same sentence', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  writeFileSync(path, 'dear diary')
  const refused = openThreadedStore({ path, now: receivedAt })
  await expect(refused).rejects.toBeInstanceOf(ConfigurationError)
  await expect(refused).rejects.toThrow('not an SQLite database or is cut short')
})

test('a second one in the process is refused, and the first goes on', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openThreadedStore({ path, now: receivedAt })
  await expect(openThreadedStore({ path, now: receivedAt })).rejects.toThrow(/in use by process/)
  await store.checkWrite()
  await store.close()
})

test('errors keep their name and code', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openThreadedStore({ path, now: receivedAt, minFreeBytes: Number.MAX_SAFE_INTEGER })
  const error = await store.checkWrite().catch((thrown: unknown) => thrown)
  expect(errorCodeOf(error)).toBe('DiskLowError')
  await store.close()
})

test('after it was closed every call is refused', async () => {
  const store = await openThreadedStore({ path: join(temporaryFolder(), 'relay.db'), now: receivedAt })
  await store.close()
  await expect(store.stats()).rejects.toThrow('The store is closed.')
})

test('what was promised is read at once, though another thread reads it', async () => {
  const store = await openThreadedStore({ path: join(temporaryFolder(), 'relay.db'), now: receivedAt })
  for (let index = 0; index < 50; index += 1) {
    const id = `e${index}`
    await store.ingest({ events: [incoming(makeConnectionEvent('account.connected', { id }))], destinations: ['one'] })
    expect((await store.listEvents({}, { limit: 1 })).items.map((item) => item.event.id)).toEqual([id])
  }
  await store.close()
})

test('webhooks are stored while a long search is under way', async () => {
  const store = await openThreadedStore({ path: join(temporaryFolder(), 'relay.db'), now: receivedAt })
  const events = Array.from({ length: 2_000 }, (_, index) =>
    incoming(makeConnectionEvent('account.connected', { id: `e${index}`, connection: { id: `c${index}` } })),
  )
  await store.ingest({ events, destinations: ['one'] })
  await store.listEvents({}, { limit: 1 })
  const order: string[] = []
  const searches = Array.from({ length: 20 }, () => store.listEvents({}, { limit: 500 }))
  const searched = Promise.all(searches).then(() => order.push('searched'))
  await store.ingest({ events: [incoming(makeConnectionEvent('account.connected', { id: 'new' }))], destinations: ['one'] })
  order.push('stored')
  await searched
  expect(order).toEqual(['stored', 'searched'])
  await store.close()
})

test('a store that was searched leaves its file whole, with no log beside it', async () => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openThreadedStore({ path, now: receivedAt })
  await store.ingest({ events: [incoming(makeConnectionEvent('account.connected', { id: 'a' }))], destinations: ['one'] })
  await store.listEvents({}, { limit: 1 })
  await store.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})
