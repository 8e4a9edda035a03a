import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { activated, id, idTime, parse, purchaseBody, receivedAt } from './__fixtures__/webhooks.ts'
import type { ParseWebhookOptions } from './parse-webhook.ts'
import { parseWebhook } from './parse-webhook.ts'

describe('the time of an event', () => {
  const signedAt = new Date('2026-01-22T12:20:00Z')
  const timeOf = (date: unknown, change: Record<string, unknown> = {}) =>
    parse(purchaseBody({ date }, change), { signedAt }).occurredAt

  it('is the purchase’s date, at midnight UTC when it is a date alone and UTC when it has no zone', () => {
    expect(timeOf('2026-01-22T10:00:00+02:00')).toBe('2026-01-22T08:00:00.000Z')
    expect(timeOf('2026-01-21')).toBe('2026-01-21T00:00:00.000Z')
    expect(timeOf('2026-01-22T10:00:00.5')).toBe('2026-01-22T10:00:00.500Z')
  })

  it('is else the time in the event’s ULID', () => {
    expect(timeOf(null)).toBe(idTime)
    expect(timeOf('last week')).toBe(idTime)
    expect(timeOf(null, { id: id.toLowerCase() })).toBe(idTime)
  })

  it('is else the time of the signature, and else of the receipt', () => {
    expect(timeOf(null, { id: 'event-1' })).toBe(signedAt.toISOString())
    expect(timeOf(null, { id: 'Z'.repeat(26) })).toBe(signedAt.toISOString())
    expect(parse(activated({}, { id: 'event-1' })).occurredAt).toBe(receivedAt.toISOString())
  })

  it('is never after the receipt', () => {
    const times = fc.date({ min: new Date('1970-01-02'), max: new Date('2200-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(times, times, (date, received) => {
        const event = parse(purchaseBody({ date: date.toISOString() }), { receivedAt: received })
        expect(event.occurredAt <= event.receivedAt).toBe(true)
        expect(event.occurredAt).toBe(new Date(Math.min(date.getTime(), received.getTime())).toISOString())
        expect(parse(activated(), { receivedAt: received }).occurredAt <= received.toISOString()).toBe(true)
      }),
    )
  })

  it('makes a purchase historical when it is more than 72 hours before the receipt, or as set', () => {
    const at = (age: number, options: ParseWebhookOptions = {}) =>
      parse(purchaseBody({ date: new Date(receivedAt.getTime() - age).toISOString() }), options).isHistorical
    const hour = 3_600_000
    expect(at(72 * hour)).toBe(false)
    expect(at(72 * hour + 1)).toBe(true)
    expect(at(hour + 1, { historicalAfterMs: hour })).toBe(true)
    expect(at(-hour, { historicalAfterMs: 0 })).toBe(false)
    expect(parse(purchaseBody({ date: null })).isHistorical).toBe(false)
  })

  it('is the current time by default', () => {
    const before = new Date().toISOString()
    const event = parseWebhook(activated())
    expect(event?.receivedAt.localeCompare(before)).toBeGreaterThanOrEqual(0)
  })
})
