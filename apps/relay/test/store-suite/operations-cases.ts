import { describe, expect, test } from 'vitest'
import type { NewReplay, ReplayCount, ReplaySelection } from '../../src/store/operations-store.ts'
import type { IncomingQuarantined, Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { event, later, timeout } from './suite-harness.ts'

const dead: Verdict = { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' }
const ofDead: ReplaySelection = { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false }

/** Replays, marking dead, and what leaves quarantine. */
export function operationsCases(suite: SuiteHarness): void {
  async function settleAll(verdict: Verdict, destination = 'braze'): Promise<void> {
    for (const { id } of await suite.claim({ destination })) await suite.settle(id, verdict)
  }

  async function survey(selection: ReplaySelection): Promise<readonly ReplayCount[]> {
    const through = await suite.store.replayEnd(selection.kind)
    return (await suite.store.surveyReplay({ selection, after: 0, through })).counts
  }

  async function add(selection: ReplaySelection, planned: readonly (readonly [string, number])[], more: Partial<NewReplay> = {}) {
    const through = await suite.store.replayEnd(selection.kind)
    const replay = { at: later, actor: 'operator', selection, through, planned: new Map(planned), ...more }
    return suite.store.addReplay(replay)
  }

  async function advance(limit: number, destination = 'braze') {
    const step = await suite.store.advanceReplay({ destination, limit, now: later + 5 })
    return step === 'busy'
      ? step
      : step && { replayId: step.replayId, moved: step.deliveryIds.length, isFinished: step.isFinished }
  }

  describe('replays', () => {
    test('a survey counts what a filter finds, by destination and status', async () => {
      await suite.ingest(event('a'), event('b'))
      await settleAll(dead)
      expect(await survey(ofDead)).toEqual([
        { destination: 'braze', status: 'dead', isUnknown: false, isSuperseded: false, count: 2 },
      ])
      expect(await survey({ kind: 'deliveries', filter: { event: 'a' }, repeatDelivered: false })).toHaveLength(2)
      expect(await survey({ kind: 'deliveries', filter: { code: 'ERR_TIMEOUT' }, repeatDelivered: false })).toEqual([])
      const toNew: ReplaySelection = { kind: 'events', filter: {}, destinations: ['new'], repeatDelivered: false }
      expect(await survey(toNew)).toEqual([
        { destination: 'new', status: 'missing', isUnknown: false, isSuperseded: false, count: 2 },
      ])
    })

    test('dead letters become due again step by step, with their age and their limits anew', async () => {
      await suite.ingest(event('a'), event('b'), event('c'))
      await settleAll(dead)
      await add(ofDead, [['braze', 3]])
      expect(await advance(2)).toEqual({ replayId: '1', moved: 2, isFinished: false })
      expect(await suite.counts('braze')).toMatchObject({ pending: 2, dead: 1 })
      expect(await advance(2)).toEqual({ replayId: '1', moved: 1, isFinished: true })
      expect(await advance(2)).toBeUndefined()
      expect(await suite.counts('braze')).toMatchObject({ pending: 3, dead: 0 })
      const claimed = await suite.claim({ now: later + 5, leaseUntil: later + 60_000 })
      expect(claimed.map((one) => [one.event.id, one.attempts, one.earlierAttempts, one.pendingSince])).toEqual(
        ['a', 'b', 'c'].map((id) => [id, 1, 1, later + 5]),
      )
      expect(claimed[0]?.event.idempotencyKey).toBe(event('a').idempotencyKey)
    })

    test('it goes on where it was after the store was opened again', async () => {
      await suite.ingest(event('a'), event('b'), event('c'))
      await settleAll(dead)
      await add(ofDead, [['braze', 3]])
      await advance(1)
      await suite.reopen(later)
      expect(await suite.store.findReplay('1')).toMatchObject({ finishedAt: null, destinations: [{ planned: 3, moved: 1 }] })
      expect(await advance(9)).toMatchObject({ moved: 2, isFinished: true })
      expect(await suite.store.listReplays({ limit: 5 })).toMatchObject({ items: [{ id: '1', finishedAt: later + 5 }] })
    })

    test('what was delivered is left alone unless asked for, what is pending always', async () => {
      await suite.ingest(event('a'), event('b'))
      const [first] = await suite.claim({ limit: 1 })
      await suite.settle(first?.id, { status: 'delivered' })
      await add({ kind: 'deliveries', filter: { destination: 'braze' }, repeatDelivered: false }, [['braze', 2]])
      expect(await advance(9)).toMatchObject({ moved: 0, isFinished: true })
      await add({ kind: 'deliveries', filter: { status: 'delivered' }, repeatDelivered: false }, [['braze', 2]])
      expect(await advance(9)).toMatchObject({ moved: 1, isFinished: true })
    })

    test('a destination that events never went to gets them, once', async () => {
      await suite.ingest(event('a'), event('b'))
      const toNew: ReplaySelection = { kind: 'events', filter: {}, destinations: ['new'], repeatDelivered: false }
      await add(toNew, [['new', 2]])
      expect(await advance(9, 'new')).toMatchObject({ moved: 2, isFinished: true })
      expect(await suite.counts('new')).toMatchObject({ pending: 2 })
      await add(toNew, [['new', 2]])
      expect(await advance(9, 'new')).toMatchObject({ moved: 0 })
      expect(await suite.counts('new')).toMatchObject({ pending: 2 })
      expect((await suite.claim({ destination: 'new', now: later + 5 })).map((one) => one.event.id)).toEqual(['a', 'b'])
    })

    test('no more than planned become due, whatever dies meanwhile', async () => {
      await suite.ingest(event('a'), event('b'))
      await settleAll(dead)
      await add(ofDead, [['braze', 1]])
      expect(await advance(9)).toMatchObject({ moved: 1, isFinished: true })
      expect(await suite.counts('braze')).toMatchObject({ pending: 1, dead: 1 })
    })

    test('the same replay asked for twice is one', async () => {
      await suite.ingest(event('a'))
      await settleAll(dead)
      expect(await add(ofDead, [['braze', 1]])).toMatchObject({ isNew: true, replay: { id: '1' } })
      expect(await add(ofDead, [['braze', 1]], { actor: 'other' })).toMatchObject({ isNew: false, replay: { id: '1' } })
      const { items } = await suite.store.listAudit({ limit: 5 })
      expect(items.map(({ actor, subject }) => [actor, subject])).toEqual([
        ['other', 'replay 1, which was running: deliveries with status=dead'],
        ['operator', 'replay 1: deliveries with status=dead'],
      ])
    })

    test('one that was recorded and done while the same was counted is it too', async () => {
      await suite.ingest(event('a'))
      await settleAll(dead)
      await add(ofDead, [['braze', 1]])
      await advance(9)
      expect(await add(ofDead, [['braze', 1]], { newestBefore: '0' })).toMatchObject({ isNew: false, replay: { id: '1' } })
      expect(await add(ofDead, [['braze', 1]], { newestBefore: '1' })).toMatchObject({ isNew: true, replay: { id: '2' } })
    })

    test('two replays that overlap move a delivery once, also when it is settled between them', async () => {
      await suite.ingest(event('a'))
      await settleAll({ status: 'delivered' })
      await add({ kind: 'deliveries', filter: { status: 'delivered' }, repeatDelivered: false }, [['braze', 1]])
      await add({ kind: 'deliveries', filter: { event: 'a' }, repeatDelivered: true }, [['braze', 1]])
      expect(await advance(9)).toMatchObject({ replayId: '1', moved: 1 })
      const [again] = await suite.claim({ now: later + 5 })
      await suite.settle(again?.id, { status: 'delivered' })
      expect(await advance(9)).toMatchObject({ replayId: '2', moved: 0, isFinished: true })
      expect(await suite.counts('braze')).toMatchObject({ pending: 0, delivered: 1 })
    })

    test('a later replay may move again what an earlier one moved', async () => {
      await suite.ingest(event('a'))
      for (const at of [1, 2]) {
        for (const { id } of await suite.claim({ now: later + 10 * at })) await suite.settle(id, dead)
        await add(ofDead, [['braze', 1]])
        expect(await advance(9)).toMatchObject({ replayId: String(at), moved: 1 })
      }
    })

    test('a customer is not shown, not on record, and forgotten when the replay has finished', async () => {
      await suite.ingest(event('a'))
      await settleAll(dead)
      const customer = 'robin@shoppers.example'
      const { replay } = await add({ kind: 'deliveries', filter: { customer, status: 'dead' }, repeatDelivered: false }, [
        ['braze', 1],
      ])
      await advance(9)
      const told = [replay, await suite.store.findReplay('1'), await suite.store.listAudit({ limit: 5 })]
      expect(JSON.stringify(told)).not.toContain(customer)
      expect(replay.selection.filter).toEqual({ customer: '***', status: 'dead' })
    })

    test('a replay of nothing is finished at once', async () => {
      expect(await add(ofDead, [['braze', 0]])).toMatchObject({ replay: { finishedAt: later, destinations: [] } })
      expect(await advance(9)).toBeUndefined()
    })
  })

  describe('marking dead', () => {
    const mark = (deliveryId: string) =>
      suite.store.markDead({
        deliveryId,
        message: 'Not wanted.',
        audit: { at: later, actor: 'operator', action: 'dead', subject: `delivery ${deliveryId}` },
      })

    test('a pending delivery becomes a dead letter, on record', async () => {
      await suite.ingest(event('a'))
      expect(await mark('1')).toBe('marked')
      expect(await suite.store.findDelivery('1')).toMatchObject({
        status: 'dead',
        settledAt: later,
        error: { code: 'ERR_MARKED_DEAD', message: 'Not wanted.' },
      })
      expect(await suite.counts('braze')).toMatchObject({ pending: 0, dead: 1 })
      expect((await suite.store.listAudit({ limit: 1 })).items).toMatchObject([{ action: 'dead', subject: 'delivery 1' }])
      expect(await suite.store.deadLetterCounts()).toEqual([{ destination: 'braze', code: 'ERR_MARKED_DEAD', count: 1 }])
    })

    test('what has a final outcome or is in flight is left alone, and not on record', async () => {
      await suite.ingest(event('a'))
      await suite.claim()
      expect(await mark('1')).toBe('in_flight')
      await suite.settle('1', { status: 'delivered' })
      expect(await mark('1')).toBe('delivered')
      expect(await mark('99')).toBe('missing')
      expect((await suite.store.listAudit({ limit: 1 })).items).toEqual([])
    })
  })

  describe('leaving quarantine', () => {
    const webhook: IncomingQuarantined = {
      reason: 'ERR_WEBHOOK_UNKNOWN_TYPE',
      fields: ['type'],
      body: Buffer.from('{}'),
      bodyHash: 'hash',
      signedAt: receivedAt - 5,
      receivedAt,
    }

    test('the event is stored as it was received, its deliveries are pending since now, and quarantine is empty', async () => {
      await suite.store.quarantine(webhook)
      const found = await suite.store.findQuarantined('1')
      expect(found).toMatchObject({ signedAt: receivedAt - 5, receivedAt })
      expect(Buffer.from(found?.rawBody ?? []).toString()).toBe('{}')
      const release = { id: '1', event: incoming(event('a')), destinations: ['braze'], now: later }
      expect(await suite.store.releaseQuarantined(release)).toEqual({ result: 'stored', eventId: 'a' })
      expect(await suite.store.releaseQuarantined(release)).toEqual({ result: 'missing' })
      expect((await suite.store.stats()).quarantined).toBe(0)
      expect(await suite.store.findEvent('a')).toMatchObject({ receivedAt })
      expect(await suite.claim()).toMatchObject([{ pendingSince: later, event: { id: 'a' } }])
    })

    test('one that needs no delivery is only removed', async () => {
      await suite.store.quarantine(webhook)
      expect(await suite.store.releaseQuarantined({ id: '1', event: null, destinations: [], now: later })).toEqual({
        result: 'ignored',
      })
      expect(await suite.store.findQuarantined('1')).toBeUndefined()
    })
  })
}
