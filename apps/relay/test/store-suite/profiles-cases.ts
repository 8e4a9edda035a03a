import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { ReplaySelection } from '../../src/store/operations-store.ts'
import type { Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { later, timeout } from './suite-harness.ts'

/** Profiles of a connection: an older one is not sent after a newer one. */
export function profilesCases(suite: SuiteHarness): void {
  const all = ['old', 'new', 'newest']
  const profile = (id: string, connectionId = 'c1'): SubtotalEvent =>
    makeProfileEvent('profile.updated', { id, connection: { id: connectionId } })
  const put = (...events: readonly SubtotalEvent[]) =>
    suite.store.ingest({
      events: events.map((event) => incoming(event, receivedAt - 60_000 + 1_000 * all.indexOf(event.id))),
      destinations: ['braze'],
    })
  const request = { destination: 'braze', now: later, limit: 100, maxBytes: 1e9, leaseUntil: later + 60_000, leaseToken: 'mine' }
  const claim = async (more: Partial<typeof request> = {}) => {
    const { deliveries, superseded } = await suite.store.claim({ ...request, ...more })
    return { sent: deliveries.map((one) => one.event.id), superseded: superseded.map((one) => one.event.id) }
  }
  const find = async (eventId: string) => (await suite.store.findEvent(eventId))?.deliveries[0]
  const settle = async (eventId: string, verdict: Verdict) => suite.settle((await find(eventId))?.id, verdict)
  const retry = (isUnknown: boolean): Verdict => ({
    status: 'retry',
    failure: timeout,
    dueAt: later + 5_000,
    isUnknown,
    isUnreadable: false,
  })
  const replay = async (selection: ReplaySelection) => {
    const through = await suite.store.replayEnd(selection.kind)
    await suite.store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([['braze', 9]]) })
    await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })
  }
  const superseded = { status: 'skipped', reason: 'superseded', attempts: 0, dueAt: null, settledAt: later, error: null }

  describe('an older profile', () => {
    test.each<[string, Verdict]>([
      ['delivered', { status: 'delivered' }],
      ['skipped', { status: 'skipped', reason: 'Switched off.' }],
      ['tried again, as nobody knows whether it arrived', retry(true)],
      [
        'dead, as nobody knows whether it arrived',
        { status: 'dead', failure: timeout, code: 'ERR_OUTCOME_UNKNOWN', message: 'No.' },
      ],
    ])('is skipped when a newer one was %s', async (_name, verdict) => {
      await put(profile('new'))
      await claim()
      await settle('new', verdict)
      await put(profile('old'))
      expect(await claim()).toEqual({ sent: [], superseded: ['old'] })
      expect(await find('old')).toMatchObject(superseded)
      expect(await suite.counts('braze')).toMatchObject({ skipped: verdict.status === 'skipped' ? 2 : 1 })
      expect(await claim()).toEqual({ sent: [], superseded: [] })
    })

    test('is skipped while a newer one is in flight', async () => {
      await put(profile('new'))
      await claim()
      await put(profile('old'))
      expect(await claim()).toEqual({ sent: [], superseded: ['old'] })
    })

    test('is skipped after a newer one that was in flight when the process ended', async () => {
      await put(profile('new'))
      await claim()
      await suite.reopen(later + 1)
      await put(profile('old'))
      expect(await claim()).toEqual({ sent: [], superseded: ['old'] })
      expect(await claim({ now: suite.freedAt, leaseUntil: suite.freedAt + 60_000 })).toEqual({ sent: ['new'], superseded: [] })
    })

    test('is sent before a newer one that is claimed with it', async () => {
      await put(profile('new'), profile('newest'), profile('old'))
      expect(await claim()).toEqual({ sent: ['old', 'new', 'newest'], superseded: [] })
    })

    test.each<[string, Verdict]>([
      ['put back unsent', { status: 'held', dueAt: later + 5_000, code: null, message: null }],
      ['tried again, and did not arrive', retry(false)],
      ['rejected', { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' }],
    ])('is sent when a newer one was %s', async (_name, verdict) => {
      await put(profile('new'))
      await claim()
      await settle('new', verdict)
      await put(profile('old'))
      expect(await claim()).toEqual({ sent: ['old'], superseded: [] })
    })

    test('is sent with the newer one, or when that is of another connection or another event', async () => {
      await put(profile('old'), profile('new'), profile('newest', 'c2'))
      await suite.ingest(makeConnectionEvent('account.connected', { id: 'linked', connection: { id: 'c3' } }))
      await put(profile('old-3', 'c3'))
      expect(await claim()).toEqual({ sent: ['old-3', 'old', 'new', 'linked', 'newest'], superseded: [] })
    })

    test('that was delivered is skipped when it is asked for again', async () => {
      await put(profile('old'), profile('new'))
      await claim()
      await settle('old', { status: 'delivered' })
      await settle('new', { status: 'delivered' })
      const selection = { kind: 'deliveries', filter: { status: 'delivered' }, repeatDelivered: true } as const
      expect((await suite.store.surveyReplay({ selection, after: 0, through: 9 })).counts).toEqual([
        { destination: 'braze', status: 'delivered', isUnknown: false, isSuperseded: false, count: 1 },
        { destination: 'braze', status: 'delivered', isUnknown: false, isSuperseded: true, count: 1 },
      ])
      await replay(selection)
      expect(await claim()).toEqual({ sent: ['new'], superseded: ['old'] })
    })

    test('is skipped although the newer one, once delivered, waits to be repeated', async () => {
      await put(profile('new'))
      await claim()
      await settle('new', { status: 'delivered' })
      await replay({ kind: 'deliveries', filter: { status: 'delivered' }, repeatDelivered: true })
      await claim()
      await settle('new', retry(false))
      await put(profile('old'))
      expect(await claim()).toEqual({ sent: [], superseded: ['old'] })
    })

    test('is not sent to a destination that was added later, when a newer one was', async () => {
      await suite.store.ingest({ events: [incoming(profile('new'))], destinations: [] })
      await suite.store.ingest({ events: [incoming(profile('old'), receivedAt - 1)], destinations: [] })
      await replay({ kind: 'events', filter: { id: 'new' }, destinations: ['braze'], repeatDelivered: false })
      await claim()
      await settle('new', { status: 'delivered' })
      const selection = { kind: 'events', filter: {}, destinations: ['braze'], repeatDelivered: false } as const
      expect((await suite.store.surveyReplay({ selection, after: 0, through: 9 })).counts).toEqual(
        expect.arrayContaining([
          { destination: 'braze', status: 'missing', isUnknown: false, isSuperseded: true, count: 1 },
          { destination: 'braze', status: 'delivered', isUnknown: false, isSuperseded: false, count: 1 },
        ]),
      )
      await replay(selection)
      expect(await claim()).toEqual({ sent: [], superseded: ['old'] })
    })
  })
}
