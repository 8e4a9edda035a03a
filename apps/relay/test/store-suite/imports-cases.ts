import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { ImportDeferral, ImportPage, ImportRecord, ImportSettings, ImportSource } from '../../src/store/imports-store.ts'
import { incoming } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, event, later, purchase } from './suite-harness.ts'

const plain: ImportSettings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
const nothing = {
  importId: '1',
  readFrom: null,
  cursor: null,
  isLast: false,
  events: [],
  destinations,
  known: 0,
  found: 0,
  refusals: [],
} as const

/** Imports: what is recorded of them, and how they get on. */
export function importsCases(suite: SuiteHarness): void {
  async function add(source: ImportSource, settings: Partial<ImportSettings> = {}) {
    return suite.store.addImport({ at: later, actor: 'operator', source, settings: { ...plain, ...settings } })
  }

  const ofConnections = (...connectionIds: readonly string[]): ImportSource => ({ kind: 'connections', connectionIds })

  const ask = (afterImport = '0', now = later, leaseToken = 'mine') =>
    suite.store.nextImportPart({ afterImport, now, leaseToken, leaseUntil: now + 60_000 })

  async function next(afterImport = '0', now = later) {
    const { part } = await ask(afterImport, now)
    if (part === null) throw new Error('No part is due.')
    return part
  }

  async function record(page: Partial<ImportPage>) {
    const { id: partId, cursor } = await next()
    return suite.store.recordImportPage({ ...nothing, partId, readFrom: cursor, cursor, now: later, ...page })
  }

  const setAside = (deferral: Pick<ImportDeferral, 'partId' | 'failedAt' | 'dueAt'>) =>
    suite.store.deferImportPart({ leaseToken: 'mine', now: later, ...deferral })

  async function read(id = '1'): Promise<ImportRecord | undefined> {
    return suite.store.findImport(id)
  }

  const bought = (...ids: readonly string[]) => ids.map((id) => incoming(purchase(`event-of-${id}`, id)))

  describe('imports', () => {
    test('a page stores its events and how far it is together; the rest goes on after the store was opened again', async () => {
      await add(ofConnections('c1', 'c2'))
      const progress = await record({ events: bought('p1', 'p2'), known: 3, cursor: 'p2' })
      expect(progress).toEqual({ stored: 2, known: 3, isFinished: false, isCancelled: false })
      await suite.reopen(later)
      expect(await next()).toMatchObject({ subject: 'c1', cursor: 'p2', importId: '1', settings: plain })
      expect(await suite.counts('braze')).toMatchObject({ pending: 2 })
      await record({ isLast: true })
      expect(await next()).toMatchObject({ subject: 'c2', cursor: null })
      expect(await record({ isLast: true })).toMatchObject({ isFinished: true })
      expect(await read()).toMatchObject({
        finishedAt: later,
        counts: { connections: 2, connectionsDone: 2, pages: 3, new: 2, known: 3, refused: 0 },
      })
      expect(await ask()).toEqual({ part: null, dueAt: null })
    })

    test('a page that cannot be stored moves nothing', async () => {
      await add(ofConnections('c1'))
      const broken = { ...incoming(makePurchaseEvent()), contentHash: undefined }
      const page: unknown = { ...nothing, partId: (await next()).id, now: later, cursor: 'p9', events: [...bought('p1'), broken] }
      await expect(Reflect.apply(suite.store.recordImportPage, suite.store, [page])).rejects.toThrow(Error)
      expect(await next()).toMatchObject({ cursor: null })
      expect(await suite.counts('braze')).toBeUndefined()
    })

    test('what a webhook brought is known, whichever came first, and has its deliveries once', async () => {
      await add(ofConnections('c1'))
      await suite.ingest(purchase('webhook-1', 'p1'))
      const keys = ['purchase.created:p1', 'purchase.created:p2']
      expect(await suite.store.knownEvents(keys)).toEqual(['purchase.created:p1'])
      expect(await record({ events: bought('p1', 'p2') })).toMatchObject({ stored: 1, known: 1 })
      expect(await suite.ingest(purchase('webhook-2', 'p2'))).toMatchObject([{ result: 'duplicate', eventId: 'event-of-p2' }])
      expect(await suite.counts('klaviyo')).toMatchObject({ pending: 2 })
    })

    test('deliveries are made for the destinations that were asked for', async () => {
      await add(ofConnections('c1'), { destinations: ['klaviyo'] })
      await record({ events: bought('p1'), destinations: ['klaviyo'] })
      expect(await suite.counts('klaviyo')).toMatchObject({ pending: 1 })
      expect(await suite.counts('braze')).toBeUndefined()
    })

    test('a customer becomes their connections, each once, and is forgotten', async () => {
      await add({ kind: 'customer', customerId: 'ann@example.com' })
      const part = await next()
      expect(part).toMatchObject({ kind: 'customer', subject: 'ann@example.com' })
      const request = { importId: '1', partId: part.id, connectionIds: ['c1', 'c2', 'c1'], refusals: [], now: later }
      expect(await suite.store.resolveImportCustomer(request)).toMatchObject({ isFinished: false })
      expect(await read()).toMatchObject({ counts: { connections: 2 } })
      expect(await next()).toMatchObject({ kind: 'connection', subject: 'c1' })
      expect(JSON.stringify([await read(), await suite.store.listAudit({ limit: 9 })])).not.toContain('ann@')
    })

    test('a customer without connections ends the import, with a refusal', async () => {
      await add({ kind: 'customer', customerId: 'nobody' })
      const refusal = { connectionId: null, purchaseId: null, code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'No connection.' }
      const request = { importId: '1', partId: (await next()).id, connectionIds: [], refusals: [refusal], now: later }
      expect(await suite.store.resolveImportCustomer(request)).toMatchObject({ isFinished: true })
      expect(await suite.store.importRefusals('1')).toMatchObject({ first: [refusal] })
    })

    test('refusals are counted by code, each once', async () => {
      await add(ofConnections('c1', 'c2'))
      const refuse = (connectionId: string, purchaseId: string | null, code: string) => ({
        connectionId,
        purchaseId,
        code,
        message: code,
      })
      await record({ refusals: [refuse('c1', 'p1', 'ERR_A'), refuse('c1', 'p2', 'ERR_A'), refuse('c1', 'p1', 'ERR_A')] })
      await record({ refusals: [refuse('c1', null, 'ERR_B')], isLast: true })
      expect(await suite.store.importRefusals('1')).toMatchObject({
        counts: [
          { code: 'ERR_A', count: 2 },
          { code: 'ERR_B', count: 1 },
        ],
      })
      expect(await read()).toMatchObject({ counts: { refused: 2, connectionsRefused: 1 } })
    })

    test('a part that was set aside comes back when it is due, after the others; hurrying makes it due', async () => {
      await add(ofConnections('c1', 'c2'))
      const { id: partId } = await next()
      await setAside({ partId, failedAt: later, dueAt: later + 5_000 })
      expect(await next()).toMatchObject({ subject: 'c2' })
      await record({ isLast: true })
      expect(await ask()).toEqual({ part: null, dueAt: later + 5_000 })
      expect(await next('0', later + 5_000)).toMatchObject({ subject: 'c1', failures: 1, failedAt: later })
      await setAside({ partId, failedAt: null, dueAt: later + 9_000 })
      await suite.store.hurryImports()
      expect(await next()).toMatchObject({ subject: 'c1', failures: 1, failedAt: later })
      await record({ cursor: 'p1' })
      expect(await next()).toMatchObject({ subject: 'c1', failures: 0, failedAt: null })
    })

    test('several imports take turns', async () => {
      await add(ofConnections('c1', 'c2'))
      await add(ofConnections('c3'))
      expect(await next('0')).toMatchObject({ importId: '1' })
      expect(await next('1')).toMatchObject({ importId: '2' })
      expect(await next('2')).toMatchObject({ importId: '1' })
    })

    test('asked for again while it runs it is the same, and another one afterwards; each time is on record', async () => {
      expect(await add(ofConnections('c1'))).toMatchObject({ import: { id: '1' }, isNew: true })
      expect(await add(ofConnections('c1'))).toMatchObject({ import: { id: '1' }, isNew: false })
      expect(await add(ofConnections('c1'), { isDryRun: true })).toMatchObject({ import: { id: '2' }, isNew: true })
      await record({ isLast: true })
      expect(await add(ofConnections('c1'))).toMatchObject({ import: { id: '3' }, isNew: true })
      expect((await suite.store.listAudit({ limit: 9 })).items.map(({ subject }) => subject)).toEqual([
        'import 3: 1 connection',
        'import 2: 1 connection, dry run',
        'import 1, which was running',
        'import 1: 1 connection',
      ])
      expect((await suite.store.listImports({ limit: 2 })).items.map(({ id }) => id)).toEqual(['3', '2'])
    })

    test('the connections that are known are those that anything came in for', async () => {
      await suite.ingest(event('a'), event('b'), { ...event('a2'), connection: { id: 'connection-of-a', retailer: null } })
      expect(await add({ kind: 'known' }, { isMissed: true })).toMatchObject({ import: { counts: { connections: 2 } } })
      expect(await next()).toMatchObject({ subject: 'connection-of-a', settings: { isMissed: true } })
    })

    test('without a connection there is nothing to do', async () => {
      expect(await add({ kind: 'known' })).toMatchObject({ import: { finishedAt: later } })
    })

    test('a cancelled import stores nothing more', async () => {
      await add(ofConnections('c1', 'c2'))
      const { id: partId } = await next()
      const audit = { at: later, actor: 'operator', action: 'cancel', subject: 'import 1' }
      expect(await suite.store.cancelImport({ id: '1', audit })).toMatchObject({ isCancelled: true, finishedAt: later })
      const page = { ...nothing, partId, now: later, events: bought('p1') }
      expect(await suite.store.recordImportPage(page)).toMatchObject({ isCancelled: true, stored: 0 })
      expect(await ask()).toEqual({ part: null, dueAt: null })
      expect(await suite.store.knownEvents(['purchase.created:p1'])).toEqual([])
      await suite.store.cancelImport({ id: '1', audit })
      expect((await suite.store.listAudit({ limit: 9 })).items.filter(({ action }) => action === 'cancel')).toHaveLength(1)
      expect(await suite.store.cancelImport({ id: '7', audit })).toBeUndefined()
    })

    test('a part that was finished meanwhile is not recorded again', async () => {
      await add(ofConnections('c1', 'c2'))
      const { id: partId } = await next()
      const page = { ...nothing, partId, now: later, events: bought('p1'), isLast: true }
      expect(await suite.store.recordImportPage(page)).toMatchObject({ stored: 1, isCancelled: false })
      expect(await suite.store.recordImportPage({ ...page, events: bought('p2') })).toMatchObject({
        stored: 0,
        isCancelled: true,
      })
      const resolved = { importId: '1', partId, connectionIds: ['c3'], refusals: [], now: later }
      expect(await suite.store.resolveImportCustomer(resolved)).toMatchObject({ isCancelled: true })
      expect(await read()).toMatchObject({ counts: { connections: 2, connectionsDone: 1, new: 1 } })
    })

    test('a page that somebody else has recorded meanwhile is not recorded again', async () => {
      await add(ofConnections('c1'))
      const { id: partId } = await next()
      const page = { ...nothing, partId, now: later, cursor: 'p1', events: bought('p1'), known: 2 }
      expect(await suite.store.recordImportPage(page)).toMatchObject({ stored: 1, known: 2, isCancelled: false })
      expect(await suite.store.recordImportPage(page)).toEqual({ stored: 0, known: 0, isFinished: false, isCancelled: true })
      expect(await next()).toMatchObject({ cursor: 'p1' })
      expect(await read()).toMatchObject({ counts: { pages: 1, new: 1, known: 2 } })
    })

    test('those that are unfinished can be held, and go on', async () => {
      await add(ofConnections('c1'))
      const hold = { code: 'ERR_SUBTOTAL_CREDENTIALS', message: 'The key is wrong.' }
      await suite.store.holdImports(hold)
      expect(await read()).toMatchObject({ held: hold, finishedAt: null })
      await suite.store.holdImports(null)
      expect(await read()).toMatchObject({ held: null })
    })

    test('when webhooks came in is told without what was imported', async () => {
      await suite.ingest(event('a'))
      await add(ofConnections('c1'))
      await record({ events: bought('p1') })
      const { times, next: rest } = await suite.store.surveyReceipts(null)
      expect(times).toHaveLength(1)
      expect(rest).toBeNull()
    })
  })
}
