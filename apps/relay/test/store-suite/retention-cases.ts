import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RetentionSettings } from '../../src/retention/retention-settings.ts'
import { dayMs, defaultRetention } from '../../src/retention/retention-settings.ts'
import type { ReplaySelection } from '../../src/store/operations-store.ts'
import type { DeliveryStatus } from '../../src/store/records.ts'
import type { RetentionStep } from '../../src/store/retention-store.ts'
import type { Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, event, later, purchase, timeout } from './suite-harness.ts'

const verdicts: Readonly<Record<Exclude<DeliveryStatus, 'pending'>, Verdict>> = {
  delivered: { status: 'delivered' },
  skipped: { status: 'skipped', reason: 'Filtered out.' },
  dead: { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' },
}

/** Keeping nothing for longer than it should be. */
export function retentionCases(suite: SuiteHarness): void {
  const daysLater = (days: number): number => later + days * dayMs

  /** One whole round. */
  async function retain(now: number, more: Partial<RetentionSettings> = {}): Promise<Omit<RetentionStep, 'isEnd'>> {
    const sum = { payloads: 0, ledger: 0, quarantined: 0 }
    for (;;) {
      const { isEnd, ...removed } = await suite.store.retain({ now, settings: { ...defaultRetention, ...more } })
      sum.payloads += removed.payloads
      sum.ledger += removed.ledger
      sum.quarantined += removed.quarantined
      if (isEnd) return sum
    }
  }

  /** At both destinations. */
  async function settleAll(status: Exclude<DeliveryStatus, 'pending'>, now = later): Promise<void> {
    for (const destination of destinations) {
      const lease = { leaseToken: 'mine', leaseUntil: now + 60_000 }
      const claim = await suite.store.claim({ destination, now, limit: 1_000, maxBytes: 1e9, ...lease })
      const settlements = claim.deliveries.map(({ id }) => ({ deliveryId: id, verdict: verdicts[status] }))
      await suite.store.settle({ leaseToken: 'mine', now, settlements })
    }
  }

  const ids = async (): Promise<readonly string[]> =>
    (await suite.store.listEvents({}, { limit: 500 })).items.map((item) => item.event.id).toSorted()

  describe('retention', () => {
    test('an event that comes again when nothing is left of it, while its connection is known, is stored anew', async () => {
      const silent = { customer: { id: null, email: null, mobile: null }, connection: { id: 'connection-of-a', retailer: null } }
      await suite.ingest(event('a'))
      await settleAll('delivered')
      const bought = incoming(makePurchaseEvent({ id: 'b', idempotencyKey: 'purchase.created:b', ...silent }), daysLater(450))
      await suite.store.ingest({ events: [{ ...bought, receivedAt: daysLater(450) }], destinations })
      expect(await retain(daysLater(460))).toMatchObject({ ledger: 1 })
      expect(await suite.ingest(event('a'))).toMatchObject([{ result: 'stored' }])
      expect(await suite.store.connectionState('connection-of-a')).toMatchObject({ status: 'active' })
    })

    test('after 30 days only the ledger entry of an event is left', async () => {
      const bought = makePurchaseEvent({ id: 'a', idempotencyKey: 'purchase.created:p', purchase: { id: 'p' } })
      const profile = makeProfileEvent('profile.updated', { id: 'b' })
      await suite.ingest(bought, profile)
      await suite.store.ingest({
        events: [incoming({ ...bought, isHistorical: true, purchase: { ...bought.purchase, total: '1.00' } })],
        destinations,
      })
      await settleAll('delivered')
      expect(await retain(daysLater(29.9))).toEqual({ payloads: 0, ledger: 0, quarantined: 0 })
      expect(await retain(daysLater(30))).toEqual({ payloads: 2, ledger: 0, quarantined: 0 })
      const left = await suite.store.findEvent('a')
      expect(left).toMatchObject({ payloadDeletedAt: daysLater(30), versions: 1, deliveries: [{ status: 'delivered' }, {}] })
      expect(left?.event).toEqual({
        ...bought,
        customer: { id: bought.customer.id, email: null, mobile: null },
        purchase: { id: 'p', date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [], status: null },
      })
      const names = Object.values((await suite.store.findEvent('b'))?.event ?? {})
      expect(JSON.stringify(names)).not.toContain(profile.profile.first_name)
      expect(await retain(daysLater(31))).toEqual({ payloads: 0, ledger: 0, quarantined: 0 })
    })

    test('what is only in the ledger is still known when it comes again', async () => {
      await suite.ingest(purchase('a', 'p1'))
      await settleAll('delivered')
      await retain(daysLater(30))
      expect(await suite.ingest(purchase('a', 'p1'), purchase('b', 'p1', '99.00'))).toMatchObject([
        { result: 'duplicate', isNewVersion: false },
        { result: 'duplicate', isNewVersion: true },
      ])
      expect(await suite.store.stats()).toMatchObject({ events: 1, versions: 1 })
    })

    test('after 400 days nothing is left', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'), purchase('c', 'p1', '99.00'))
      await settleAll('delivered')
      await suite.store.audit({ at: later, actor: 'operator', action: 'pause', subject: 'destination braze' })
      await retain(daysLater(399))
      expect(await ids()).toEqual(['a', 'b'])
      expect(await retain(daysLater(400))).toMatchObject({ ledger: 2 })
      expect(await suite.store.stats()).toMatchObject({ events: 0, versions: 0 })
      expect(await suite.counts('braze')).toEqual({ pending: 0, delivered: 0, skipped: 0, dead: 0 })
      expect((await suite.store.listAudit({ limit: 9 })).items).toEqual([])
      expect(await suite.store.connectionState('connection-of-a')).toBeUndefined()
    })

    test('a connection that an event is left of is remembered', async () => {
      await suite.ingest(event('a'))
      await retain(daysLater(500))
      expect(await suite.store.connectionState('connection-of-a')).toBeDefined()
    })

    test('a dead letter keeps its event for 30 days after its death', async () => {
      await suite.ingest(event('a'))
      await settleAll('dead', daysLater(20))
      expect(await retain(daysLater(49))).toMatchObject({ payloads: 0 })
      expect(await retain(daysLater(50))).toMatchObject({ payloads: 1 })
      const detail = await suite.store.findEvent('a')
      expect(detail?.deliveries).toMatchObject([{ status: 'dead', error: { code: 'ERR_REJECTED', message: '' } }, {}])
      expect(detail?.deliveries[0]?.failedAttempts).toMatchObject([{ code: 'ERR_TIMEOUT', message: '' }])
    })

    test('what is only in the ledger cannot be replayed, and is not counted', async () => {
      await suite.ingest(event('a'), event('b'))
      await settleAll('dead')
      await retain(daysLater(30))
      const selections: readonly ReplaySelection[] = [
        { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false },
        { kind: 'events', filter: {}, destinations: ['braze', 'new'], repeatDelivered: true },
      ]
      for (const selection of selections) {
        expect((await suite.store.surveyReplay({ selection, after: 0, through: 9 })).counts).toEqual([])
        const planned = new Map([['braze', 9]])
        await suite.store.addReplay({ at: later, actor: 'operator', selection, through: 9, planned })
        expect(await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })).toMatchObject({ deliveryIds: [] })
      }
      expect(await suite.claim({ now: daysLater(31) })).toEqual([])
    })

    test('quarantine is kept for its own time', async () => {
      const webhook = { reason: 'r', fields: [], body: Buffer.from('{}'), signedAt: receivedAt }
      await suite.store.quarantine({ ...webhook, bodyHash: '1', receivedAt })
      await suite.store.quarantine({ ...webhook, bodyHash: '2', receivedAt: daysLater(5) })
      expect(await retain(daysLater(30))).toMatchObject({ quarantined: 1 })
      expect((await suite.store.stats()).quarantined).toBe(1)
      expect(await retain(daysLater(10), { quarantineDays: 5 })).toMatchObject({ quarantined: 1 })
    })

    test('whatever the clocks and the states, nothing of a pending delivery is ever removed', async () => {
      const stateArbitrary = fc.constantFrom<DeliveryStatus>('pending', 'delivered', 'skipped', 'dead')
      const eventArbitrary = fc.record({ braze: stateArbitrary, klaviyo: stateArbitrary, age: fc.integer({ min: 0, max: 900 }) })
      const day = fc.integer({ min: 1, max: 500 })
      const settings = fc.record({ payloadDays: day, ledgerDays: day, deadLetterDays: day, quarantineDays: day })
      let serial = 0
      let now = receivedAt
      const stored = new Map<string, SubtotalEvent>()
      await fc.assert(
        fc.asyncProperty(
          fc.array(eventArbitrary, { maxLength: 6 }),
          fc.array(settings, { minLength: 1, maxLength: 2 }),
          async (given, rounds) => {
            now += 1_000 * dayMs
            for (const { braze, klaviyo, age } of given) {
              serial += 1
              const bought = purchase(`e${serial}`, `p${serial}`)
              await suite.store.ingest({ events: [{ ...incoming(bought), receivedAt: now - age * dayMs }], destinations })
              for (const [destination, status] of [
                ['braze', braze],
                ['klaviyo', klaviyo],
              ] as const) {
                const detail = await suite.store.findEvent(bought.id)
                const id = detail?.deliveries.find((one) => one.destination === destination)?.id
                if (status === 'pending') continue
                const lease = { leaseToken: 'mine', leaseUntil: now + 60_000 }
                await suite.store.claim({ destination, now, limit: 10_000, maxBytes: 1e12, ...lease })
                await suite.settle(id, verdicts[status])
                await suite.reopen(now)
              }
              if (braze === 'pending' || klaviyo === 'pending') stored.set(bought.id, bought)
            }
            for (const chosen of rounds) await retain(now, chosen)
            for (const [id, whole] of stored) {
              const detail = await suite.store.findEvent(id)
              expect(detail).toMatchObject({ payloadDeletedAt: null })
              expect(detail?.event).toEqual(whole)
              expect(detail?.deliveries).toHaveLength(2)
            }
          },
        ),
        { numRuns: 10 },
      )
    }, 60_000)
  })
}
