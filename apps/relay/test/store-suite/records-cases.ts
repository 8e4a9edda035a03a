import { describe, expect, test } from 'vitest'
import type { IncomingQuarantined } from '../../src/store/store.ts'
import { receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'

/** Quarantine and audit. */
export function recordsCases(suite: SuiteHarness): void {
  describe('quarantine and audit', () => {
    const webhook = (body: string, reason = 'ERR_WEBHOOK_INVALID'): IncomingQuarantined => ({
      reason,
      fields: ['payload.connection'],
      body: Buffer.from(body),
      bodyHash: body,
      signedAt: receivedAt,
      receivedAt,
    })

    test('a webhook is kept as it came, and the first of each reason is known', async () => {
      expect(await suite.store.quarantine(webhook('{"id":1}'))).toEqual({ id: '1', isFirstOfReason: true, isRepeat: false })
      expect(await suite.store.quarantine(webhook('{"id":2}'))).toMatchObject({ isFirstOfReason: false })
      expect(await suite.store.quarantine(webhook('no', 'ERR_WEBHOOK_NOT_JSON'))).toMatchObject({ isFirstOfReason: true })
      const { items } = await suite.store.listQuarantine({ limit: 2 })
      expect(items.map((item) => item.body)).toEqual(['no', '{"id":2}'])
      expect(items[1]).toMatchObject({
        reason: 'ERR_WEBHOOK_INVALID',
        fields: ['payload.connection'],
        bytes: 8,
        count: 1,
        receivedAt,
      })
    })

    test('a page of large webhooks is shorter, and says where to go on', async () => {
      const bodies = ['1', '2', '3', '4'].map((first) => first.padEnd(300_000, 'x'))
      for (const body of bodies) await suite.store.quarantine({ ...webhook(body), bodyHash: body.slice(0, 1) })
      const first = await suite.store.listQuarantine({ limit: 3 })
      expect(first.items.map(({ body }) => body.slice(0, 1))).toEqual(['4'])
      const second = await suite.store.listQuarantine({ limit: 3, cursor: first.nextCursor ?? 0 })
      expect(second.items.map(({ id }) => id)).toEqual(['3'])
      const last = await suite.store.listQuarantine({ limit: 1, cursor: 2 })
      expect(last).toMatchObject({ items: [{ id: '1' }], nextCursor: null })
    })

    test('a page holds as many webhooks as asked for', async () => {
      for (const body of ['1', '2', '3']) await suite.store.quarantine(webhook(body))
      const first = await suite.store.listQuarantine({ limit: 2 })
      expect(first.items.map(({ body }) => body)).toEqual(['3', '2'])
      expect(await suite.store.listQuarantine({ limit: 2, cursor: first.nextCursor ?? 0 })).toMatchObject({
        items: [{ body: '1' }],
        nextCursor: null,
      })
      expect(await suite.store.listQuarantine({ limit: 3 })).toMatchObject({ items: { length: 3 }, nextCursor: null })
    })

    test('a repeat is counted and answers the first id', async () => {
      await suite.store.quarantine(webhook('x'))
      expect(await suite.store.quarantine(webhook('x'))).toEqual({ id: '1', isFirstOfReason: false, isRepeat: true })
      expect((await suite.store.stats()).quarantined).toBe(1)
      expect((await suite.store.listQuarantine({ limit: 5 })).items).toMatchObject([{ count: 2 }])
    })

    test('what people did is on record, newest first', async () => {
      await suite.store.audit({ at: 1, actor: 'operator', action: 'reveal', subject: 'event a' })
      await suite.store.audit({ at: 2, actor: 'operator', action: 'reveal', subject: 'event b' })
      expect((await suite.store.listAudit({ limit: 1 })).items).toEqual([
        { at: 2, actor: 'operator', action: 'reveal', subject: 'event b' },
      ])
    })
  })
}
