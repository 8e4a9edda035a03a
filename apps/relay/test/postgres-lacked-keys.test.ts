import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import type { EncryptionKeys } from '../src/encryption/encryption-keys.ts'
import { planErasure } from '../src/operations/plan-erasure.ts'
import { dayMs, defaultRetention } from '../src/retention/retention-settings.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { PostgresStoreSettings } from '../src/store/postgres/store-context.ts'
import type { ClaimRequest, Store } from '../src/store/store.ts'
import { destinations, later } from './store-suite/suite-harness.ts'
import { testKeys } from './support/encryption-keys.ts'
import { incoming } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import { startRelay } from './support/start-relay.ts'
import { withClient } from './support/with-client.ts'

const waiting = { timeout: 20_000, interval: 20 }
const someone = { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' }
const newKey = testKeys('two').sealing?.id ?? ''

let databases: PostgresDatabases
let url: string
/** Started before the key was changed. */
let old: Store
let other: Store
let told: string[]
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
  told = []
})

async function open(encryption: EncryptionKeys, settings: PostgresStoreSettings = {}): Promise<Store> {
  const onMissingKey = (keyId: string) => void told.push(keyId)
  const store = await openPostgresStore(url, systemClock, {
    time: 'caller',
    listenUrl: null,
    encryption,
    onMissingKey,
    ...settings,
  })
  onTestFinished(() => store.close())
  return store
}

async function openBoth(settings: PostgresStoreSettings = {}): Promise<void> {
  old = await open(testKeys('one'), settings)
  other = await open(testKeys('two', 'one'), settings)
}

const post = (store: Store, id: string, connection = `of-${id}`) =>
  store.ingest({
    events: [incoming(makeConnectionEvent('account.connected', { id, customer: someone, connection: { id: connection } }))],
    destinations,
  })

async function claim(store: Store, request: Partial<ClaimRequest> = {}): Promise<readonly string[]> {
  const usual = { destination: 'braze', now: later, limit: 10, maxBytes: 1e9, leaseUntil: later + 60_000, leaseToken: 'mine' }
  return (await store.claim({ ...usual, ...request })).deliveries.map(({ event }) => event.id)
}

async function deadOf(store: Store): Promise<readonly (string | undefined)[]> {
  const { items } = await store.listDeliveries({ status: 'dead' }, { limit: 100 })
  return items.map(({ eventId }) => eventId)
}

describe('what is sealed with a key that another relay has, and this one does not', () => {
  test('is left to the other, and holds back nothing that comes behind it', async () => {
    await openBoth()
    for (let number = 0; number < 20; number += 1) await post(other, `new-${number}`)
    await post(old, 'readable')
    expect(await claim(old)).toEqual(['readable'])
    expect(await claim(old)).toEqual([])
    // It does not look again and again for what it cannot have.
    expect(await old.nextDueAt('braze', later)).toBe(later + 60_000)
    expect(await old.nextDueAt('klaviyo', later)).not.toBeNull()
    expect(await claim(other, { limit: 100 })).toHaveLength(20)
    expect(await deadOf(other)).toEqual([])
  })

  test('is told of once, and by the counts', async () => {
    await openBoth()
    expect((await other.stats()).missingKeys).toEqual([])
    await post(other, 'new')
    await claim(old)
    await claim(old, { destination: 'klaviyo' })
    expect((await old.stats()).missingKeys).toEqual([newKey])
    expect(told).toEqual([newKey])
  })

  test('is shown as unreadable to those who look', async () => {
    await openBoth()
    await post(other, 'new')
    expect((await old.listEvents({}, { limit: 10 })).items.map(({ event }) => event.id)).toEqual(['new'])
  })

  test('is not what names a key that no relay has sealed with: that is damaged', async () => {
    old = await open(testKeys('one'))
    await post(old, 'damaged')
    await withClient(url, (client) => client.query("UPDATE relay.events SET body = 'sealed:v1:0123456789abcdef:AAAA'"))
    expect(await claim(old)).toEqual([])
    expect(new Set(await deadOf(old))).toEqual(new Set(['damaged']))
    expect(told).toEqual([])
  })

  test('is not stored over: an event of whose connection it knows nothing else is refused', async () => {
    await openBoth()
    await post(other, 'new', 'shared')
    await expect(post(old, 'next', 'shared')).rejects.toThrow(`The encryption key ${newKey} is not there.`)
    expect(await old.stats()).toMatchObject({ events: 1 })
    expect(await post(old, 'another', 'own')).toMatchObject([{ result: 'stored' }])
    expect(await post(other, 'next', 'shared')).toMatchObject([{ result: 'stored' }])
  })

  test('is completed by the other', async () => {
    await openBoth({ enrichment: { purchases: true, contacts: false } })
    const event = makePurchaseEvent({ id: 'new', purchase: { id: 'p1', date: null, total: null, items: [], itemCount: 0 } })
    await other.ingest({ events: [incoming(event)], destinations })
    const request = { now: later, limit: 10, leaseUntil: later + 60_000, leaseToken: 'mine', onlyExpired: false }
    expect(await old.claimEnrichments(request)).toEqual([])
    expect(await old.nextEnrichment()).toBeNull()
    expect((await other.claimEnrichments(request)).map((one) => one.event.id)).toEqual(['new'])
    expect(await deadOf(other)).toEqual([])
  })

  test('is erased and removed by the other', async () => {
    await openBoth()
    await post(other, 'new')
    await claim(old)
    const identity = { kind: 'customer', value: 'robin' } as const
    const { person, counts, through } = await planErasure(other, identity)
    expect(counts.events).toBe(1)
    await other.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
    expect(await old.advanceErasures({ now: later })).toMatchObject({ finished: [] })
    expect(await old.retain({ now: later + 400 * dayMs, settings: defaultRetention })).toMatchObject({ payloads: 0, isEnd: true })
    expect(await old.stats()).toMatchObject({ events: 1 })
    expect(await old.advanceIdentities({ now: later, destinations })).toMatchObject({ isBusy: true })
    while ((await other.stats()).events > 0) await other.advanceErasures({ now: later })
  })
})

test('a relay says what it lacks, goes on with the rest, and logs it once', async () => {
  const started = { store: url, destinations: { scripted: scriptedConnector() } }
  const relay = await startRelay({ ...started, encryption: testKeys('one') })
  const newer = await startRelay({ ...started, encryption: testKeys('two', 'one') })
  await vi.waitFor(async () => {
    const { status, json } = await relay.get('/readyz')
    expect([status, json['missingKeys']]).toEqual([200, [newKey]])
  }, waiting)
  expect((await newer.get('/readyz')).json['missingKeys']).toBeUndefined()
  expect((await relay.get('/metrics')).text).toContain('relay_store_missing_keys 1')
  expect((await relay.get('/api/v1/stats')).json).toMatchObject({ missingKeys: [newKey], heldBackSeconds: 0 })
  expect(relay.log.filter(({ keyId }) => keyId === newKey)).toHaveLength(1)
})
