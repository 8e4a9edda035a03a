import { join } from 'node:path'
import type { Purchase } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { ImportDeferral, ImportSettings, ImportSource, ImportWorkRequest } from '../store/imports-store.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { createImportRunner } from './import-runner.ts'

const plain: ImportSettings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
const unavailable = new SubtotalApiError('ERR_SUBTOTAL_UNAVAILABLE', 'Subtotal is not available.', {
  isRetryable: true,
  status: 503,
})
const revoked = new SubtotalApiError('ERR_SUBTOTAL_CREDENTIALS', 'The key is wrong.', { isRetryable: false, status: 401 })

/** Says of a call (`get c1`, `list c1`, `purchase p1`) how it fails. */
type Fail = (call: string) => Error | undefined

/** A runner on a real store, with connections of two purchases each: `c1` has `c1-p1` and `c1-p2`. */
async function start({ hasKey = true }: { readonly hasKey?: boolean } = {}) {
  const clock = createVirtualClock(receivedAt)
  const store = await openSqliteStore(join(temporaryFolder(), 'relay.db'), receivedAt)
  const events = createRelayEvents()
  const calls: string[] = []
  const told: string[] = []
  const asked: ImportWorkRequest[] = []
  const deferred: ImportDeferral[] = []
  let fail: Fail = () => undefined
  let running: readonly string[] = ['one']
  events.on('import:held', () => told.push('held'))
  events.on('import:resumed', () => told.push('resumed'))
  events.on('import:finished', ({ importId }) => told.push(`finished ${importId}`))

  async function call<Result>(name: string, result: Result): Promise<Result> {
    calls.push(name)
    const error = fail(name)
    if (error !== undefined) throw error
    return result
  }

  const connection = { retailer: 'walmart', status: 'active', email: null, mobile: null, isSimulated: false }
  const summary = (id: string) => ({ id, date: '2026-01-01T00:00:00Z', total: '1.00', status: null })
  const whole = (id: string): Purchase => ({ ...makePurchaseEvent().purchase, id })
  const api = {
    connections: { get: (id: string) => call(`get ${id}`, { id, customerId: `of-${id}`, ...connection }) },
    purchases: {
      list: (id: string) => call(`list ${id}`, { purchases: [summary(`${id}-p1`), summary(`${id}-p2`)], hasMore: false }),
      get: (id: string) => call(`purchase ${id}`, whole(id)),
    },
  }
  const runner = createImportRunner({
    store: {
      ...store,
      nextImportPart(request) {
        asked.push(request)
        return store.nextImportPart(request)
      },
      deferImportPart(deferral) {
        deferred.push(deferral)
        return store.deferImportPart(deferral)
      },
    },
    api: hasKey ? asApi(api) : undefined,
    destinations: ['one'],
    events,
    clock,
    running: () => running,
    onStored: () => undefined,
  })
  onTestFinished(async () => {
    await runner.stop()
    await store.close()
  })

  return {
    clock,
    store,
    runner,
    calls,
    told,
    asked,
    deferred,
    fail(next: Fail) {
      fail = next
    },
    running(next: readonly string[]) {
      running = next
    },
    async ask(...connectionIds: readonly string[]) {
      const source: ImportSource = { kind: 'connections', connectionIds }
      const added = await store.addImport({ at: clock.now(), actor: 'operator', source, settings: plain })
      runner.wake()
      return added.import.id
    },
    find: async (id = '1') => {
      const found = await store.findImport(id)
      if (found === undefined) throw new Error('There is no such import.')
      return { ...found.counts, held: found.held, isFinished: found.finishedAt !== null }
    },
  }
}

function asApi(partial: object): SubtotalApi {
  return Object.assign(Object.create(null), partial)
}

const minute = 60_000

describe('the import runner', () => {
  test('goes on by itself when Subtotal is back, and asks less and less often until then', async () => {
    const { clock, calls, fail, ask, find } = await start()
    fail(() => unavailable)
    await ask('c1')
    await clock.advance(60 * minute)
    const perHour = calls.length
    expect(perHour).toBeGreaterThan(10)
    expect(perHour).toBeLessThan(25)
    expect(await find()).toMatchObject({ isFinished: false, connectionsRefused: 0 })
    fail(() => undefined)
    await clock.advance(5 * minute)
    expect(await find()).toMatchObject({ isFinished: true, new: 2, connectionsRefused: 0 })
  })

  test('a new import is tried at once while another waits', async () => {
    const { clock, fail, ask, find } = await start()
    fail((call) => (call.includes('c1') ? unavailable : undefined))
    await ask('c1')
    await clock.advance(10 * minute)
    const id = await ask('c2')
    await clock.advance(1_000)
    expect(await find(id)).toMatchObject({ isFinished: true, new: 2 })
  })

  test('a connection that fails while others do not is refused in the end, and holds up nobody', async () => {
    const { clock, fail, ask, find, store } = await start()
    fail((call) => (call === 'list c1' ? unavailable : undefined))
    await ask('c1', 'c2')
    await clock.advance(minute)
    expect(await find()).toMatchObject({ new: 2, connectionsDone: 1, isFinished: false })
    await clock.advance(60 * minute)
    expect(await find()).toMatchObject({ isFinished: true, connectionsRefused: 1, new: 2 })
    expect((await store.importRefusals('1')).first).toMatchObject([{ connectionId: 'c1', code: 'ERR_SUBTOTAL_UNAVAILABLE' }])
  })

  test('an import that fails alone does not slow down another', async () => {
    const { clock, fail, ask, find } = await start()
    fail((call) => (call === 'list c1' ? unavailable : undefined))
    await ask('c1')
    const id = await ask(...Array.from({ length: 40 }, (_, index) => `d${index}`))
    await clock.advance(20 * minute)
    expect((await find(id)).connectionsDone).toBeGreaterThan(27)
  })

  test('a purchase that always fails is refused in the end, and the rest of its page is stored', async () => {
    const { clock, fail, ask, find, store } = await start()
    fail((call) => (call === 'purchase c1-p1' ? unavailable : undefined))
    await ask('c1')
    await clock.advance(60 * minute)
    expect(await find()).toMatchObject({ isFinished: true, new: 1, refused: 1, connectionsRefused: 0 })
    expect((await store.importRefusals('1')).first).toMatchObject([{ purchaseId: 'c1-p1', code: 'ERR_SUBTOTAL_UNAVAILABLE' }])
  })

  test('purchases of a customer whose id is none are refused, and the others are stored', async () => {
    const { clock, ask, find, store } = await start()
    const connection = 'c'.repeat(510)
    await ask(connection, 'c2')
    await clock.advance(minute)
    expect(await find()).toMatchObject({ isFinished: true, new: 2, refused: 2, connectionsRefused: 0 })
    expect((await store.importRefusals('1')).first).toMatchObject([
      { code: 'ERR_SUBTOTAL_UNREADABLE', connectionId: connection },
      { code: 'ERR_SUBTOTAL_UNREADABLE', connectionId: connection },
    ])
  })

  test('a refused key holds every import, is tried again every minute, and they go on by themselves', async () => {
    const { clock, calls, told, fail, ask, find } = await start()
    fail(() => revoked)
    await ask(...Array.from({ length: 40 }, (_, index) => `c${index}`))
    await ask('other')
    await clock.advance(10 * minute)
    expect(calls.length).toBeLessThan(15)
    const held = { code: 'ERR_SUBTOTAL_CREDENTIALS', message: 'The key is wrong.' }
    expect([await find('1'), await find('2')]).toMatchObject([{ held }, { held }])
    expect(told).toEqual(['held'])
    fail(() => undefined)
    await clock.advance(1.5 * minute)
    expect([await find('1'), await find('2')]).toMatchObject([
      { held: null, isFinished: false },
      { held: null, isFinished: true },
    ])
    expect(told).toContain('resumed')
  })

  test('a connection whose token is refused while the key works is refused in the end, and holds nothing', async () => {
    const { clock, told, fail, ask, find } = await start()
    fail((call) => (call === 'list c1' ? revoked : undefined))
    await ask('c1', 'c2')
    await clock.advance(minute)
    expect(await find()).toMatchObject({ held: null, new: 2 })
    await clock.advance(60 * minute)
    expect(await find()).toMatchObject({ isFinished: true, connectionsRefused: 1, new: 2 })
    expect(told).not.toContain('held')
  })

  test('while some connections are forbidden the others get their turn', async () => {
    const { clock, fail, ask, find } = await start()
    const forbidden = new SubtotalApiError('ERR_SUBTOTAL_SCOPE', 'A scope is missing.', { isRetryable: false, status: 403 })
    fail((call) => (call === 'list c1' ? forbidden : undefined))
    await ask('c1', 'c2', 'c3')
    await clock.advance(3 * minute)
    expect(await find()).toMatchObject({ held: { code: 'ERR_SUBTOTAL_SCOPE' }, connectionsDone: 2, new: 4, isFinished: false })
  })

  test('hurrying tries at once what waits', async () => {
    const { clock, fail, runner, ask, find } = await start()
    fail(() => unavailable)
    await ask('c1')
    await clock.advance(60 * minute)
    fail(() => undefined)
    await runner.hurry()
    await clock.advance(100)
    expect(await find()).toMatchObject({ isFinished: true })
  })

  test('without a key what is unfinished waits for one, and says so', async () => {
    const { clock, ask, find } = await start({ hasKey: false })
    await ask('c1')
    await clock.advance(1_000)
    expect(await find()).toMatchObject({
      held: { code: 'ERR_CONFIGURATION', message: expect.stringContaining('SUBTOTAL_API_KEY') },
    })
  })

  test('it does not pile up more before a lane that is behind; after a minute a page goes in nevertheless', async () => {
    const { clock, ask, find } = await start()
    await ask(...Array.from({ length: 40 }, (_, index) => `c${index}`))
    await clock.advance(50_000)
    expect(await find()).toMatchObject({ connectionsDone: 10, isFinished: false })
    await clock.advance(minute)
    expect(await find()).toMatchObject({ connectionsDone: 11 })
  })

  test('a lane that takes no events holds up no import', async () => {
    const { clock, running, ask, find } = await start()
    running([])
    await ask(...Array.from({ length: 40 }, (_, index) => `c${index}`))
    await clock.advance(50_000)
    expect(await find()).toMatchObject({ connectionsDone: 40, isFinished: true })
  })

  test('it keeps a part from other relays while it reads it, and gives it back when it stops before it has', async () => {
    const { clock, runner, asked, deferred, ask } = await start()
    await ask('c1')
    await clock.advance(1_000)
    const [first] = asked
    expect(first?.leaseUntil).toBe(receivedAt + 5 * minute)
    await runner.stop()
    expect(deferred).toEqual([])

    const stopped = await start()
    stopped.fail(() => new SubtotalApiError('ERR_ABORTED', 'The relay stops.', { isRetryable: false }))
    await stopped.ask('c1')
    await stopped.clock.advance(1_000)
    await stopped.runner.stop()
    const { leaseToken } = stopped.asked[0] ?? {}
    expect(leaseToken).not.toBe(first?.leaseToken)
    expect(stopped.deferred).toMatchObject([{ partId: 1, leaseToken, failedAt: null, dueAt: 0 }])
  })

  test('without a key it keeps nobody from a part', async () => {
    const { clock, asked, ask } = await start({ hasKey: false })
    await ask('c1')
    await clock.advance(1_000)
    expect(asked.every(({ now, leaseUntil }) => leaseUntil === now)).toBe(true)
  })

  test('nothing is asked of Subtotal after it was stopped', async () => {
    const { clock, calls, runner, fail, ask } = await start()
    fail(() => unavailable)
    await ask('c1')
    await clock.advance(1_500)
    await runner.stop()
    const before = calls.length
    await clock.advance(60 * minute)
    expect(calls).toHaveLength(before)
    expect(clock.timers).toBe(0)
  })
})
