import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import type { EncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import type { Identity } from '../../src/erasure/identity.ts'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store, Verdict } from '../../src/store/store.ts'
import { destinations, event, later, purchase, timeout, usualClaim } from '../store-suite/suite-harness.ts'
import { testKeys } from './encryption-keys.ts'
import { unidentified } from './identity-world.ts'
import { incoming, receivedAt } from './incoming.ts'

/** What a filled store is sealed with. */
export const filledKeys: EncryptionKeys = testKeys('one')

/** The destinations of a filled store that keep the order of a customer's events. */
export const filledOrder: readonly string[] = ['klaviyo']

const nobody: Customer = { id: null, email: null, mobile: null }
const minuteMs = 60_000
const mostSteps = 10_000
const enrichmentClaim = { now: later, limit: 3, leaseUntil: later + minuteMs, leaseToken: 'mine', onlyExpired: false }

function shopper(name: string): Customer {
  return { id: name, email: `${name}@shoppers.example`, mobile: null }
}

function bought(id: string, customer: Customer, connectionId: string): SubtotalEvent {
  const idempotencyKey = `purchase.created:of-${id}`
  return makePurchaseEvent({ id, idempotencyKey, customer, connection: { id: connectionId }, purchase: { id: `of-${id}` } })
}

function linked(id: string, customer: Customer, connectionId: string): SubtotalEvent {
  return makeConnectionEvent('account.connected', { id, customer, connection: { id: connectionId } })
}

/**
 * Makes an SQLite store that has something of everything a relay remembers, finished and under way, in each of its tables: several rows
 * where there may be any number.
 */
export async function fillSqliteStore(path: string): Promise<void> {
  const settings = { encryption: filledKeys, orderedDestinations: filledOrder }
  const enriching = await openSqliteStore(path, receivedAt, { ...settings, enrichment: { purchases: true, contacts: true } })
  await addEnrichments(enriching)
  await enriching.close()
  const store = await openSqliteStore(path, receivedAt, settings)
  await store.claimEnrichments({ ...enrichmentClaim, limit: 1 })
  await addEvents(store)
  await addVerdicts(store)
  await addQuarantined(store)
  await addArrivals(store)
  await addImports(store)
  await addOperations(store)
  await addErasures(store)
  await addRotations(store)
  await store.close()
}

async function put(store: Store, minutes: number, ...events: readonly SubtotalEvent[]): Promise<void> {
  const given = events.map((one, index) => incoming(one, receivedAt + minutes * minuteMs + index))
  await store.ingest({ events: given, destinations })
}

/** Several of a customer, two with other versions, and a connection that becomes another customer's. */
async function addEvents(store: Store): Promise<void> {
  await put(store, 0, event('a'), event('b'), purchase('c', 'p1'), purchase('d', 'p2'))
  await put(store, 1, purchase('c2', 'p1', '99.00'), purchase('c3', 'p1', '98.00'), purchase('d2', 'p2', '97.00'))
  for (const name of ['alex', 'billie', 'charlie', 'dana', 'emil']) {
    const connection = `connection-of-${name}`
    await put(store, 2, linked(`${name}-1`, shopper(name), connection), bought(`${name}-2`, shopper(name), connection))
  }
  await put(store, 3, linked('other', shopper('frankie'), 'connection-of-emil'))
}

/** One delivered, one dead, one that is tried again, one skipped, and some in flight. */
async function addVerdicts(store: Store): Promise<void> {
  const verdicts: readonly Verdict[] = [
    { status: 'delivered' },
    { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' },
    { status: 'retry', failure: timeout, dueAt: later + 5_000, isUnknown: true, isUnreadable: false },
    { status: 'skipped', reason: 'filtered' },
  ]
  for (const destination of destinations) {
    const { deliveries } = await store.claim({ ...usualClaim, destination, limit: 6 })
    const settlements = deliveries.flatMap(({ id }, index) => {
      const verdict = verdicts[index]
      return verdict === undefined ? [] : { deliveryId: id, verdict }
    })
    await store.settle({ leaseToken: usualClaim.leaseToken, now: later, settlements })
  }
}

async function addQuarantined(store: Store): Promise<void> {
  for (const hash of ['h1', 'h2', 'h3', 'h4']) {
    const body = Buffer.from([0, 255, 1, hash.charCodeAt(1)])
    const reason = 'ERR_WEBHOOK_UNKNOWN_TYPE'
    await store.quarantine({ reason, fields: ['type'], body, bodyHash: hash, signedAt: receivedAt, receivedAt })
  }
}

/** Dead letters without an identifier that were looked at, of whose connections something new is known. */
async function addArrivals(store: Store): Promise<void> {
  const names = ['x', 'y', 'z']
  await put(store, 4, ...names.map((name) => bought(`nameless-${name}`, { ...nobody, id: name }, `late-${name}`)))
  const { deliveries } = await store.claim({ ...usualClaim, limit: 1_000, leaseToken: 'late' })
  const settlements = deliveries.flatMap(({ id, event: { id: eventId } }) =>
    eventId.startsWith('nameless') ? { deliveryId: id, verdict: unidentified } : [],
  )
  await store.settle({ leaseToken: 'late', now: later, settlements })
  for (let steps = 0; (await store.advanceIdentities({ now: later, destinations })).hasMore; steps += 1) {
    if (steps > mostSteps) throw new Error('It does not end.')
  }
  await put(store, 5, ...names.map((name) => linked(`named-${name}`, shopper(name), `late-${name}`)))
}

/** Events that wait to be completed, and what Subtotal said of two connections. */
async function addEnrichments(store: Store): Promise<void> {
  const names = ['asked', 'told', 'again', 'waiting', 'last', 'lost']
  await put(store, 0, ...names.map((name) => bought(name, nobody, `unknown-${name}`)))
  const [asked, told, again] = await store.claimEnrichments(enrichmentClaim)
  const contact = { askedAt: later, customerId: 'robin', email: 'robin@shoppers.example', mobile: null, retailer: 'target' }
  const retry = { status: 'retry', dueAt: later + 1, expiresAt: later + minuteMs, isAttempt: true, error: null } as const
  await store.settleEnrichments({
    now: later,
    leaseToken: 'mine',
    settlements: [
      { id: asked?.id ?? '', found: { contact: { ...contact, isSimulated: false } }, verdict: { status: 'done' } },
      { id: told?.id ?? '', found: { contact: { ...contact, isSimulated: true } }, verdict: { status: 'done' } },
      { id: again?.id ?? '', found: {}, verdict: retry },
    ],
  })
}

/** An import that is under way, with what it refused, and one that was cancelled. */
async function addImports(store: Store): Promise<void> {
  const settings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
  const asked = { at: later, actor: 'operator', settings }
  const connectionIds = ['i1', 'i2', 'i3']
  const added = await store.addImport({ ...asked, source: { kind: 'connections', connectionIds } })
  const cancelled = await store.addImport({ ...asked, source: { kind: 'customer', customerId: 'robin' } })
  const audit = { at: later, actor: 'operator', action: 'cancel', subject: 'import' }
  await store.cancelImport({ id: cancelled.import.id, audit })
  const lease = { leaseToken: 'mine', leaseUntil: later + minuteMs }
  const { part } = await store.nextImportPart({ afterImport: '0', now: later, ...lease })
  const refusal = { connectionId: 'i1', code: 'ERR_A', message: 'It has no date.' }
  await store.recordImportPage({
    importId: added.import.id,
    partId: part?.id ?? 0,
    readFrom: null,
    cursor: 'i-p2',
    isLast: false,
    events: [incoming(bought('imported', shopper('alex'), 'i1'))],
    destinations,
    known: 1,
    found: 0,
    refusals: ['r1', 'r2', 'r3'].map((purchaseId) => ({ ...refusal, purchaseId })),
    now: later,
  })
}

/** A replay that is finished and one under way, paused lanes, and what was done on record. */
async function addOperations(store: Store): Promise<void> {
  const through = await store.replayEnd('deliveries')
  for (const destination of destinations) {
    const selection = { kind: 'deliveries', filter: { status: 'dead', destination }, repeatDelivered: false } as const
    await store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([[destination, 1]]) })
  }
  await store.advanceReplay({ destination: 'klaviyo', limit: 100, now: later })
  for (const destination of destinations) await store.pauseLane({ destination, pausedAt: later, reason: 'holidays' })
  for (const subject of ['x', 'y', 'z']) await store.audit({ at: later, actor: 'operator', action: 'test', subject })
}

/** One person whose later events are dropped, and one whose data is still looked for. */
async function addErasures(store: Store): Promise<void> {
  await askErasure(store, { kind: 'customer', value: 'dana' }, true)
  // What is in flight to a destination is waited for.
  const now = later + 10 * minuteMs
  for (let steps = 0; (await store.advanceErasures({ now })) !== undefined; steps += 1) {
    if (steps > mostSteps) throw new Error('It does not end.')
  }
  await askErasure(store, { kind: 'email', value: 'billie@shoppers.example' }, false)
}

async function askErasure(store: Store, identity: Identity, isBlocking: boolean): Promise<void> {
  const { person, through } = await planErasure(store, identity)
  await store.addErasure({ at: later, actor: 'operator', person, isBlocking, through })
}

/** One that is finished, and one that has just begun. */
async function addRotations(store: Store): Promise<void> {
  await store.addRotation({ at: later, actor: 'operator' })
  for (let steps = 0; (await store.advanceRotation({ now: later })) !== undefined; steps += 1) {
    if (steps > mostSteps) throw new Error('It does not end.')
  }
  await store.addRotation({ at: later + 1, actor: 'operator' })
  await store.advanceRotation({ now: later + 1 })
}
