import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing'
import fc from 'fast-check'
import { decodeTime, isValid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { toMessageId } from './message-id.ts'

describe('toMessageId', () => {
  it("is the purchase's own id where that is a ULID", () => {
    const event = makePurchaseEvent({ purchase: { id: '01KEVN1ZPM9H19JSHGN5NF0M69' } })
    expect(toMessageId('track', event)).toBe('01KEVN1ZPM9H19JSHGN5NF0M69')
  })

  it("has the time inside the event's id and stays the same for ever", () => {
    const event = makeConnectionEvent('account.connected', { id: '01KFJSR44CPH867805V8GJ9VCY' })
    expect(decodeTime(toMessageId('track', event))).toBe(decodeTime('01KFJSR44CPH867805V8GJ9VCY'))
    expect(toMessageId('track', event)).toMatchInlineSnapshot(`"01KFJSR44C43C58X6METPK15RP"`)
  })

  it("has the purchase's date where the purchase's id is no ULID", () => {
    const event = makePurchaseEvent({ purchase: { id: 'order-1', date: '2026-01-21T16:05:00Z' } })
    expect(decodeTime(toMessageId('track', event))).toBe(Date.parse('2026-01-21T16:05:00Z'))
  })

  it.each(['01KFJSR44CPH867805V8GJ9VCY', 'evt-7', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ', '00000000000000000000000000'])(
    'is the same when the event %s comes again and its time can only be told by the receipt',
    (id) => {
      const events = ['2026-01-21T16:05:00.000Z', '2026-01-21T16:10:00.000Z'].flatMap((occurredAt) => [
        makeConnectionEvent('account.connected', { id, occurredAt, receivedAt: occurredAt }),
        makePurchaseEvent({ id, occurredAt, receivedAt: occurredAt, purchase: { id: 'order-1', date: null } }),
        makePurchaseEvent({ id, occurredAt, receivedAt: occurredAt, purchase: { id: 'order-2', date: '1969-12-31T00:00:00Z' } }),
      ])
      expect(new Set(events.map((event) => toMessageId('track', event))).size).toBe(3)
    },
  )

  it('differs for the track and the identify of one event', () => {
    const event = makeProfileEvent('profile.updated')
    expect(toMessageId('track', event)).not.toBe(toMessageId('identify', event))
  })

  it("has the purchase's id for one kind of message alone", () => {
    const event = makePurchaseEvent()
    expect(toMessageId('identify', event)).not.toBe(toMessageId('track', event))
  })

  it('does not depend on when the event came in or what it says', () => {
    const event = makeProfileEvent('profile.updated')
    const again = makeProfileEvent('profile.updated', {
      receivedAt: '2026-02-01T00:00:00.000Z',
      profile: { total_purchases: 43 },
    })
    expect(toMessageId('track', again)).toBe(toMessageId('track', event))
  })

  it('makes a ULID of an event of any id and time, also before 1970, and never one twice', () => {
    const idsArbitrary = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 })
    const dateArbitrary = fc.date({ min: new Date(-1e13), max: new Date(1e14), noInvalidDate: true })
    fc.assert(
      fc.property(idsArbitrary, dateArbitrary, (ids, date) => {
        const occurredAt = date.toISOString()
        const messageIds = ids.flatMap((id) => [
          toMessageId('track', makeConnectionEvent('account.connected', { id, occurredAt })),
          toMessageId('identify', makeConnectionEvent('account.connected', { id, occurredAt })),
          ...(isValid(id) ? [] : [toMessageId('track', makePurchaseEvent({ occurredAt, purchase: { id } }))]),
        ])
        expect(messageIds.filter((id) => !isValid(id))).toStrictEqual([])
        expect(new Set(messageIds).size).toBe(messageIds.length)
      }),
    )
  })
})
