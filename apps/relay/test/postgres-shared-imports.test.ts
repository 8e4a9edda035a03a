import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import type { EnrichmentVerdict } from '../src/store/enrichment-store.ts'
import type { ImportPart, ImportSettings } from '../src/store/imports-store.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Store } from '../src/store/store.ts'
import { purchase } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

const minuteMs = 60_000
const later = receivedAt + 1_000
const destinations = ['braze', 'klaviyo']
const settings: ImportSettings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }

let databases: PostgresDatabases
let url: string
let one: Store
let other: Store
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
  one = await open('caller')
  other = await open('caller')
})
afterEach(async () => {
  await Promise.all([one.close(), other.close()])
  await databases.drop(url)
})

function open(time: 'caller' | 'database'): Promise<Store> {
  return openPostgresStore(url, systemClock, { time, listenUrl: null, enrichment: { purchases: true, contacts: false } })
}

function add(...connectionIds: readonly string[]) {
  return one.addImport({ at: later, actor: 'operator', source: { kind: 'connections', connectionIds }, settings })
}

function ask(store: Store, leaseToken: string, now = later) {
  return store.nextImportPart({ afterImport: '0', now, leaseToken, leaseUntil: now + minuteMs })
}

async function take(store: Store, leaseToken: string, now = later): Promise<ImportPart> {
  const { part } = await ask(store, leaseToken, now)
  if (part === null) throw new Error('There is no part.')
  return part
}

const pageSize = 3
const pagesOfEach = 4

/** Reads the page after the part's cursor, of a connection with a few pages, and records it. */
function record(store: Store, { id: partId, importId, subject, cursor }: ImportPart) {
  const first = cursor === null ? 0 : Number(cursor)
  const numbers = Array.from({ length: pageSize }, (_, index) => first + index + 1)
  const events = numbers.map((number) => incoming(purchase(`${subject}-${number}`, `${subject}-p${number}`)))
  const isLast = first + pageSize === pageSize * pagesOfEach
  const page = { importId, partId, readFrom: cursor, cursor: String(first + pageSize), isLast, events, destinations }
  return store.recordImportPage({ ...page, known: 0, found: 0, refusals: [], now: later })
}

async function readAll(store: Store, leaseToken: string): Promise<number> {
  let pages = 0
  for (;;) {
    const { part, dueAt } = await ask(store, leaseToken)
    if (part !== null && !(await record(store, part)).isCancelled) pages += 1
    if (part === null && dueAt === null) return pages
  }
}

describe('an import that two relays work on', () => {
  test('stores and counts every purchase once, in pages of which each is read by one of them', async () => {
    await add('c1', 'c2', 'c3')
    const pages = await Promise.all([readAll(one, 'one'), readAll(other, 'other')])
    expect(Math.min(...pages)).toBeGreaterThan(0)
    const purchases = 3 * pagesOfEach * pageSize
    expect(await one.findImport('1')).toMatchObject({
      finishedAt: later,
      counts: { connections: 3, connectionsDone: 3, pages: 3 * pagesOfEach, new: purchases, known: 0 },
    })
    const { events, destinations: counts } = await one.stats()
    expect([events, ...counts.map((count) => count.counts.pending)]).toEqual([purchases, purchases, purchases])
  })

  test('gives a part to nobody else until it is recorded, set aside, or its lease ends', async () => {
    await add('c1')
    const part = await take(one, 'one')
    expect(await ask(other, 'other')).toEqual({ part: null, dueAt: later + 5_000 })
    expect((await ask(other, 'other', later + minuteMs - 1)).part).toBeNull()
    expect(await take(one, 'one')).toEqual(part)
    await record(one, part)
    const next = await take(other, 'other')
    expect(next.cursor).toBe('3')
    expect((await ask(one, 'one')).part).toBeNull()
    await other.deferImportPart({ partId: next.id, leaseToken: 'other', failedAt: null, dueAt: 0, now: later })
    expect(await take(one, 'one')).toEqual(next)
    expect(await take(other, 'other', later + minuteMs)).toEqual(next)
  })

  test('takes a page that both have read from whoever records it first', async () => {
    await add('c1')
    const part = await take(one, 'one')
    expect(await take(other, 'other', later + minuteMs)).toEqual(part)
    const answers = await Promise.all([record(one, part), record(other, part)])
    expect(answers.map((answer) => answer.stored).toSorted()).toEqual([0, pageSize])
    expect(answers.map((answer) => answer.isCancelled).toSorted()).toEqual([false, true])
    expect(await one.findImport('1')).toMatchObject({ counts: { pages: 1, new: pageSize, known: 0 } })
  })

  test('does not let one that has lost a part set it aside', async () => {
    await add('c1')
    const { id: partId } = await take(one, 'one')
    const part = await take(other, 'other', later + minuteMs)
    const lost = { partId, leaseToken: 'one', failedAt: later, dueAt: later + 9 * minuteMs, now: later }
    await one.deferImportPart(lost)
    expect(await take(other, 'other', later + minuteMs)).toEqual(part)
  })

  test('is one, when both are asked for it at once', async () => {
    const source = { kind: 'connections', connectionIds: ['c1'] } as const
    const request = { at: later, actor: 'operator', source, settings }
    const added = await Promise.all([one.addImport(request), other.addImport(request)])
    expect(added.map(({ isNew }) => isNew).toSorted()).toEqual([false, true])
    expect((await one.listImports({ limit: 9 })).items).toHaveLength(1)
  })

  test('ends for both when one is told to cancel it while the other records', async () => {
    await add('c1', 'c2')
    const part = await take(one, 'one')
    const second = await take(other, 'other')
    const audit = { at: later, actor: 'operator', action: 'cancel', subject: 'import 1' }
    const [progress] = await Promise.all([record(one, part), other.cancelImport({ id: '1', audit })])
    expect((await one.stats()).events).toBe(progress.isCancelled ? 0 : pageSize)
    expect(await record(other, second)).toMatchObject({ stored: 0, isCancelled: true })
    expect(await ask(one, 'one')).toEqual({ part: null, dueAt: null })
    expect(await other.findImport('1')).toMatchObject({ isCancelled: true, counts: { new: progress.stored } })
  })

  test('has its times by the clock of the database, whatever the clocks of the relays say', async () => {
    const fast = await open('database')
    await add('c1')
    const ahead = Date.now() + 60 * minuteMs
    const { id: partId } = await take(fast, 'fast', ahead)
    await fast.deferImportPart({ partId, leaseToken: 'fast', failedAt: null, dueAt: ahead + 5 * minuteMs, now: ahead })
    const slow = await open('database')
    const { part, dueAt } = await ask(slow, 'slow', later)
    expect(part).toBeNull()
    expect(dueAt).toBeGreaterThan(later + 4 * minuteMs)
    expect(dueAt).toBeLessThanOrEqual(later + 5 * minuteMs)
    await Promise.all([fast.close(), slow.close()])
  })
})

describe('events that wait for two relays', () => {
  const done: EnrichmentVerdict = { status: 'done' }
  const dead: EnrichmentVerdict = { status: 'dead', code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'No such purchase.' }
  const { purchase: whole } = makePurchaseEvent()

  const put = (...ids: readonly string[]) => {
    const customer = { id: 'robin', email: null, mobile: null }
    const itemless = (id: string) => makePurchaseEvent({ id, customer, purchase: { id: `of-${id}`, items: [] } })
    return one.ingest({ events: ids.map((id) => incoming(itemless(id))), destinations })
  }
  const claim = (store: Store, leaseToken: string, limit = 10, now = later) =>
    store.claimEnrichments({ now, limit, leaseUntil: now + minuteMs, leaseToken, onlyExpired: false })
  const settle = (store: Store, leaseToken: string, id: string | undefined, verdict: EnrichmentVerdict, found = {}) =>
    store.settleEnrichments({ now: later, leaseToken, settlements: [{ id: id ?? '', found, verdict }] })
  const due = async () => {
    const lease = { leaseToken: 'lane', leaseUntil: later + minuteMs }
    const claimed = await one.claim({ destination: 'braze', now: later, limit: 9, maxBytes: 1e9, ...lease })
    return claimed.deliveries.map(({ event }) => event)
  }

  test('are claimed by one of them each', async () => {
    await put(...Array.from({ length: 40 }, (_, index) => `e${index}`))
    const claims = await Promise.all([claim(one, 'one'), claim(other, 'other'), claim(one, 'third'), claim(other, 'fourth')])
    const ids = claims.flat().map(({ event }) => event.id)
    expect(new Set(ids).size).toBe(ids.length)
    const rest = await claim(one, 'one', 40)
    expect(new Set([...ids, ...rest.map(({ event }) => event.id)]).size).toBe(40)
    expect(await claim(other, 'other', 40, later + minuteMs)).toHaveLength(40)
  })

  test('go on by what was found in time, even if the lease is lost; a refusal or another try is left to who has it', async () => {
    await put('a')
    const [lost] = await claim(one, 'one')
    const [had] = await claim(other, 'other', 10, later + minuteMs)
    expect(had?.id).toBe(lost?.id)
    expect(await settle(one, 'one', lost?.id, dead)).toEqual([{ id: lost?.id, destinations: [] }])
    const error = { code: 'ERR_SUBTOTAL_UNAVAILABLE', message: 'Busy.' } as const
    const again = { status: 'retry', dueAt: later, expiresAt: later, isAttempt: true, error } as const
    await settle(one, 'one', lost?.id, again)
    expect(await claim(one, 'one')).toEqual([])
    expect(await settle(one, 'one', lost?.id, done, { purchase: whole })).toEqual([{ id: lost?.id, destinations }])
    expect(await settle(other, 'other', had?.id, dead)).toEqual([{ id: lost?.id, destinations: [] }])
    expect(await due()).toMatchObject([{ id: 'a', purchase: { items: whole.items } }])
  })

  test('are let go once when both have an answer at once', async () => {
    await put('a', 'b')
    const claimed = await claim(one, 'one')
    const settlements = claimed.map(({ id }) => ({ id, found: { purchase: whole }, verdict: done }))
    const answers = await Promise.all([
      one.settleEnrichments({ now: later, leaseToken: 'one', settlements }),
      other.settleEnrichments({ now: later, leaseToken: 'other', settlements: settlements.toReversed() }),
    ])
    expect(answers.flat().flatMap((answer) => answer.destinations)).toHaveLength(4)
    expect((await one.stats()).enrichments.waiting).toBe(0)
    expect(await due()).toHaveLength(2)
  })
})
