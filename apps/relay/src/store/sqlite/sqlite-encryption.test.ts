import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testKeys } from '../../../test/support/encryption-keys.ts'
import { incoming, receivedAt } from '../../../test/support/incoming.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { ConfigurationError } from '../../config/configuration-error.ts'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import { planErasure } from '../../operations/plan-erasure.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

const later = receivedAt + 1_000
const settings = { purchases: true, contacts: true }

function open(path: string, encryption: EncryptionKeys): Promise<Store> {
  return openSqliteStore(path, later, { encryption, enrichment: settings })
}

function newPath(): string {
  return join(temporaryFolder(), 'relay.db')
}

/** Everything of a person that a relay is sent, in events of their own. */
function eventsOf(person: string): readonly SubtotalEvent[] {
  const customer = { id: `customer-${person}`, email: `${person}@shoppers.example`, mobile: `+1555${person}` }
  const connection = { id: `connection-${person}`, retailer: 'walmart' }
  return [
    makeConnectionEvent('account.connected', { id: `01-connected-${person}`, customer, connection }),
    makePurchaseEvent({
      id: `02-purchase-${person}`,
      idempotencyKey: `purchase.created:${person}`,
      customer,
      connection,
      purchase: { id: person, status: `basket-of-${person}` },
    }),
    makeConnectionEvent('account.disconnected', { id: `03-gone-${person}`, customer, connection }),
  ]
}

/** What of a person must not be readable; ids and retailers may be. */
function traces(person: string): readonly string[] {
  return [`${person}@shoppers.example`, `+1555${person}`, `basket-of-${person}`, `body-of-${person}`]
}

async function store(into: Store, person: string): Promise<void> {
  const events = eventsOf(person)
  await into.ingest({ events: events.map((event) => incoming(event)), destinations: ['one'] })
  const [first] = events
  if (first !== undefined) {
    const changed = { ...first, customer: { ...first.customer, mobile: `+1555${person}` }, isSimulated: true }
    await into.ingest({ events: [incoming(changed)], destinations: ['one'] })
  }
  const body = Buffer.from(`{"note":"body-of-${person} ${person}@shoppers.example"}`)
  await into.quarantine({ reason: 'r', fields: [], body, bodyHash: person, signedAt: 0, receivedAt })
}

/** Everything of a person that a store still tells. */
async function read(from: Store, person: string): Promise<unknown> {
  const details = await Promise.all(eventsOf(person).map(({ id }) => from.findEvent(id)))
  const { items } = await from.listQuarantine({ limit: 500 })
  return {
    events: details.map((detail) => ({ event: detail?.event, isReadable: detail?.isReadable, versions: detail?.versions })),
    quarantined: items.filter(({ body }) => body.includes(`body-of-${person}`)).map(({ body }) => body),
    state: await from.connectionState(`connection-${person}`),
  }
}

async function rotate(into: Store, steps = 1_000): Promise<boolean> {
  for (let step = 0; step < steps; step += 1) {
    const done = await into.advanceRotation({ now: later })
    if (done === undefined) return true
  }
  return false
}

/** What of the people is in any file beside the store. */
function findTraces(path: string, people: readonly string[]): readonly string[] {
  return readdirSync(dirname(path)).flatMap((name) => {
    const bytes = readFileSync(join(dirname(path), name))
    return people.flatMap(traces).flatMap((trace) => (bytes.includes(trace) ? [`${trace} in ${name}`] : []))
  })
}

describe('with a key', () => {
  test('no byte of a person is in any file of the store: after ingest, a version, a delivery, quarantine, enrichment and retention', async () => {
    const path = newPath()
    const sealed = await open(path, testKeys('one'))
    await store(sealed, '100')
    const bare = makePurchaseEvent({
      id: '04-bare',
      idempotencyKey: 'purchase.created:bare',
      customer: { id: null, email: null, mobile: null },
      connection: { id: 'connection-bare', retailer: 'walmart' },
    })
    await sealed.ingest({ events: [incoming(bare)], destinations: ['one'] })
    const claimed = await sealed.claimEnrichments({
      now: later,
      limit: 10,
      leaseUntil: later + 1,
      leaseToken: 'mine',
      onlyExpired: false,
    })
    const contact = {
      askedAt: later,
      customerId: 'customer-100',
      email: '100@shoppers.example',
      mobile: '+1555100',
      retailer: 'walmart',
      isSimulated: false,
    }
    for (const { id } of claimed)
      await sealed.settleEnrichments({
        now: later,
        leaseToken: 'mine',
        settlements: [{ id, found: { contact }, verdict: { status: 'done' } }],
      })
    expect((await sealed.findEvent('04-bare'))?.event.customer.email).toBe('100@shoppers.example')
    const lease = { leaseToken: 'mine', leaseUntil: later + 60_000 }
    const { deliveries } = await sealed.claim({ destination: 'one', now: later, limit: 100, maxBytes: 1e9, ...lease })
    expect(deliveries.map(({ event }) => event.customer.email)).toContain('100@shoppers.example')
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
    await sealed.settle({ now: later, leaseToken: 'mine', settlements })
    expect(findTraces(path, ['100'])).toEqual([])
    const retention = { payloadDays: 1, ledgerDays: 400, deadLetterDays: 1, quarantineDays: 1 }
    while (!(await sealed.retain({ now: later + 2 * 86_400_000, settings: retention })).isEnd);
    expect((await sealed.findEvent('02-purchase-100'))?.payloadDeletedAt).not.toBeNull()
    await sealed.close()
    expect(findTraces(path, ['100'])).toEqual([])
  })

  test('neither while somebody is erased, who is found by email and by phone', async () => {
    const path = newPath()
    const sealed = await open(path, testKeys('one'))
    await store(sealed, '100')
    for (const identity of [
      { kind: 'email', value: '100@shoppers.example' },
      { kind: 'mobile', value: '+1555100' },
    ] as const) {
      const plan = await planErasure(sealed, identity)
      expect(plan.counts).toMatchObject({ events: 3, quarantined: 1 })
      await sealed.addErasure({ at: later, actor: 'operator', person: plan.person, isBlocking: false, through: plan.through })
      await sealed.addErasure({ at: later, actor: 'operator', person: plan.person, isBlocking: true, through: plan.through })
      expect(findTraces(path, ['100'])).toEqual([])
    }
    while ((await sealed.advanceErasures({ now: later })) !== undefined);
    expect((await sealed.stats()).events).toBe(0)
    expect(findTraces(path, ['100'])).toEqual([])
    await sealed.close()
  })

  test('the hash of what an event says cannot be tried out by whoever has the file, and still tells versions apart', async () => {
    const path = newPath()
    const sealed = await open(path, testKeys('one'))
    const [event] = eventsOf('100')
    if (event === undefined) throw new Error('no event')
    await sealed.ingest({ events: [incoming(event)], destinations: [] })
    expect(readFileSync(`${path}-wal`).includes(incoming(event).contentHash)).toBe(false)
    const changed = { ...event, isSimulated: true }
    const again = { events: [incoming(event), incoming(changed), incoming(changed)], destinations: [] }
    expect((await sealed.ingest(again)).map(({ isNewVersion }) => isNewVersion)).toEqual([false, true, false])
    await sealed.close()
  })

  test('what a store held before is read, and known when it comes again', async () => {
    const path = newPath()
    const plain = await open(path, noEncryptionKeys)
    await store(plain, '100')
    const before = await read(plain, '100')
    await plain.close()
    const sealed = await open(path, testKeys('one'))
    expect(await read(sealed, '100')).toEqual(before)
    await store(sealed, '100')
    expect(await read(sealed, '100')).toEqual(before)
    await sealed.close()
  })
})

describe('a rotation', () => {
  test('seals what was plain, then takes another key, then none; nothing of what was before is left in the file', async () => {
    const path = newPath()
    const people = Array.from({ length: 40 }, (_, number) => String(100 + number))
    const plain = await open(path, noEncryptionKeys)
    for (const person of people) await store(plain, person)
    const before = await Promise.all(people.map((person) => read(plain, person)))
    expect(await plain.addRotation({ at: later, actor: 'operator' })).toBeUndefined()
    await plain.close()
    expect(findTraces(path, people).length).toBeGreaterThan(people.length)
    writeFileSync(`${path}.schema-5`, `${people[0]}@shoppers.example`)

    for (const [first, ...others] of [['one'], ['two', 'one'], ['plain', 'two']] as const) {
      const keyed = await open(path, testKeys(first, ...others))
      const added = await keyed.addRotation({ at: later, actor: 'operator' })
      expect(added).toMatchObject({ isNew: true, rotation: { keyId: testKeys(first, ...others).sealing?.id ?? null } })
      expect(await keyed.addRotation({ at: later, actor: 'operator' })).toMatchObject({ isNew: false })
      expect(await rotate(keyed)).toBe(true)
      const id = added?.rotation.id ?? ''
      expect(await keyed.findRotation(id)).toMatchObject({ finishedAt: later, unreadable: 0, checked: expect.any(Number) })
      if (first !== 'plain') expect(findTraces(path, people)).toEqual([])
      expect(await Promise.all(people.map((person) => read(keyed, person)))).toEqual(before)
      await keyed.close()
      // The keys before the first are needed no more.
      const alone = await open(path, first === 'plain' ? noEncryptionKeys : testKeys(first))
      expect(await Promise.all(people.map((person) => read(alone, person)))).toEqual(before)
      const { items } = await alone.listAudit({ limit: 1 })
      expect(items).toMatchObject([{ action: 'rotate' }])
      await alone.close()
    }
    expect(findTraces(path, people).length).toBeGreaterThan(people.length)
    const database = new Database(path, { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    database.close()
  }, 60_000)

  test('whatever the rows are sealed with, and wherever it is killed, everything can be read during and after it', async () => {
    const letter = fc.constantFrom('plain', 'one', 'two')
    const plan = fc.record({
      // Who is stored with which key, in order; then where each of the kills is.
      stored: fc.array(letter, { minLength: 1, maxLength: 5 }),
      kills: fc.array(fc.nat(12), { maxLength: 3 }),
      target: fc.constantFrom('plain', 'one', 'two', 'three'),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ stored, kills, target }) => {
        const path = newPath()
        const before: unknown[] = []
        const keysOf = (first: string) => testKeys(first, ...['one', 'two'].filter((name) => name !== first))
        for (const [index, first] of stored.entries()) {
          const keyed = await open(path, keysOf(first))
          await store(keyed, String(100 + index))
          before.push(await read(keyed, String(100 + index)))
          await keyed.close()
        }
        const readAll = (from: Store) => Promise.all(stored.map((_, index) => read(from, String(100 + index))))
        const first = await open(path, keysOf(target))
        const added = await first.addRotation({ at: later, actor: 'operator' })
        await first.close()
        let current = path
        for (const [index, steps] of kills.entries()) {
          const running = await open(current, keysOf(target))
          await rotate(running, steps)
          const copied = copyAsKilled(current, index)
          expect(await readAll(running)).toEqual(before)
          await running.close()
          current = copied
        }
        const last = await open(current, keysOf(target))
        expect(await rotate(last)).toBe(true)
        expect(await readAll(last)).toEqual(before)
        await last.close()
        if (added === undefined) return
        const alone = await open(current, target === 'plain' ? noEncryptionKeys : testKeys(target))
        expect(await readAll(alone)).toEqual(before)
        await alone.close()
      }),
      { numRuns: 8 },
    )
  }, 120_000)

  test('begins again with another key when the relay was started with one in between', async () => {
    const path = newPath()
    const one = await open(path, testKeys('one'))
    for (let person = 100; person < 160; person += 1) await store(one, String(person))
    await one.addRotation({ at: later, actor: 'operator' })
    await rotate(one, 3)
    await one.close()
    const two = await open(path, testKeys('two', 'one'))
    expect(await rotate(two)).toBe(true)
    expect(await two.findRotation('1')).toMatchObject({ keyId: testKeys('two').sealing?.id, finishedAt: later })
    await two.close()
    const alone = await open(path, testKeys('two'))
    expect(await read(alone, '100')).toMatchObject({ events: [{ isReadable: true }, { isReadable: true }, { isReadable: true }] })
    await alone.close()
  })

  test('takes along whom a waiting erasure is to erase', async () => {
    const path = newPath()
    const plain = await open(path, noEncryptionKeys)
    await store(plain, '100')
    const { person, through } = await planErasure(plain, { kind: 'email', value: '100@shoppers.example' })
    await plain.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
    await plain.close()
    for (const names of [['one'], ['two', 'one']]) {
      const keyed = await open(path, testKeys(...names))
      await keyed.addRotation({ at: later, actor: 'operator' })
      expect(await rotate(keyed)).toBe(true)
      expect(findTraces(path, ['100'])).toEqual([])
      await keyed.close()
    }
    const two = await open(path, testKeys('two'))
    while ((await two.advanceErasures({ now: later })) !== undefined);
    expect(await two.stats()).toMatchObject({ events: 0, quarantined: 0 })
    await two.close()
  })

  test('leaves what is damaged as it is, and counts it', async () => {
    const path = newPath()
    const one = await open(path, testKeys('one'))
    await store(one, '100')
    await one.close()
    damage(path, 'event-is-damaged', '02-purchase-100')
    const two = await open(path, testKeys('two', 'one'))
    await two.addRotation({ at: later, actor: 'operator' })
    expect(await rotate(two)).toBe(true)
    expect(await two.findRotation('1')).toMatchObject({ unreadable: 1, finishedAt: later })
    await two.close()
  })
})

describe('a store with sealed rows', () => {
  test.each([
    ['no key', noEncryptionKeys],
    ['another key', testKeys('two')],
  ])('is refused with %s, in a sentence that names the key, and nothing is changed', async (_what, keys) => {
    const path = newPath()
    const one = await open(path, testKeys('one'))
    await store(one, '100')
    await one.close()
    const before = readFileSync(path)
    const refused = open(path, keys)
    await expect(refused).rejects.toBeInstanceOf(ConfigurationError)
    await expect(refused).rejects.toThrow(`the key ${testKeys('one').sealing?.id}, which RELAY_ENCRYPTION_KEY does not have`)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(dirname(path)).filter((name) => name.includes('schema'))).toEqual([])
  })

  test.each([
    ['damaged', 'event-is-damaged'],
    ['moved from another event', 'event-is-moved'],
  ] as const)('makes a dead letter of an event whose body was %s, and goes on with the others', async (_what, how) => {
    const path = newPath()
    const one = await open(path, testKeys('one'))
    await store(one, '100')
    await one.close()
    damage(path, how, '02-purchase-100')
    const again = await open(path, testKeys('one'))
    const lease = { leaseToken: 'mine', leaseUntil: later + 60_000 }
    const { deliveries } = await again.claim({ destination: 'one', now: later, limit: 100, maxBytes: 1e9, ...lease })
    expect(deliveries.map(({ event }) => event.id)).toEqual(['01-connected-100', '03-gone-100'])
    expect(await again.deadLetterCounts()).toEqual([{ destination: 'one', code: 'ERR_STORED_EVENT_UNREADABLE', count: 1 }])
    const { items } = await again.listEvents({}, { limit: 10 })
    expect(items.map(({ event, isReadable }) => [event.id, isReadable])).toEqual([
      ['03-gone-100', true],
      ['02-purchase-100', false],
      ['01-connected-100', true],
    ])
    await again.close()
  })
})

/** As a kill leaves the files: without the log written back. */
function copyAsKilled(path: string, index: number): string {
  const folder = temporaryFolder()
  const target = join(folder, `killed-${index}.db`)
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(basename(path)) || !/\.db(-wal)?$/.test(name)) continue
    copyFileSync(join(dirname(path), name), join(folder, name.replace(basename(path), basename(target))))
  }
  return target
}

function damage(path: string, how: 'event-is-damaged' | 'event-is-moved', eventId: string): void {
  const database = new Database(path)
  const other = database.prepare<[string], string>('SELECT body FROM events WHERE event_id <> ? LIMIT 1').pluck().get(eventId)
  const own = database.prepare<[string], string>('SELECT body FROM events WHERE event_id = ?').pluck().get(eventId) ?? ''
  const body = how === 'event-is-moved' ? other : `${own.slice(0, 60)}${own[60] === 'A' ? 'B' : 'A'}${own.slice(61)}`
  database.prepare('UPDATE events SET body = ? WHERE event_id = ?').run(body, eventId)
  database.close()
}
