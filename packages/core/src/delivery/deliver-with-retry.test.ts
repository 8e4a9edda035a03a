import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionEvent } from '../../test/events.ts'
import type { Connector } from '../connector/connector.ts'
import type { DeliveryResult } from '../connector/delivery-result.ts'
import { ConnectorError } from '../errors/connector-error.ts'
import { deliverWithRetry } from './deliver-with-retry.ts'

const error = new ConnectorError('ERR_UNAVAILABLE', 'down')
const delivered: DeliveryResult = { status: 'delivered' }
const retry: DeliveryResult = { status: 'retry', reason: 'unavailable', error }
const unknown: DeliveryResult = { ...retry, mayHaveArrived: true }
const blocked: DeliveryResult = { status: 'blocked', error }

/** A connector that answers each event with its own script, one entry an attempt; the last entry repeats. */
function scripted(scripts: Record<string, DeliveryResult[]>, deduplicates: 'yes' | 'no' = 'no') {
  const calls: string[][] = []
  const attempts = new Map<string, number>()
  const connector: Connector = {
    specificationVersion: 'v1',
    name: 'scripted',
    limits: { maxMessagesPerRequest: 10, maxBytesPerRequest: 1_000, requestRates: [], deduplicates },
    plan: () => ({ requests: [], notSent: [], warnings: [] }),
    deliver: async (events) => {
      calls.push(events.map(({ id }) => id))
      return events.map(({ id }) => {
        const attempt = attempts.get(id) ?? 0
        attempts.set(id, attempt + 1)
        return scripts[id]?.[attempt] ?? scripts[id]?.at(-1) ?? delivered
      })
    },
    check: async () => ({ ok: true, proved: [], problems: [], notes: [] }),
    close: async () => {},
  }
  return { connector, calls }
}

function fakeWait() {
  const waits: number[] = []
  return { waits, wait: async (ms: number) => void waits.push(ms) }
}

describe('deliverWithRetry', () => {
  it('tries again only what is to be tried again, and returns the last result of each event', async () => {
    const { connector, calls } = scripted({ 'event-1': [delivered], 'event-2': [retry, retry, delivered], 'event-3': [blocked] })
    const { wait, waits } = fakeWait()
    const results = await deliverWithRetry(
      connector,
      [1, 2, 3].map((number) => connectionEvent(number)),
      { wait, random: () => 0 },
    )
    expect(results).toStrictEqual([delivered, delivered, blocked])
    expect(calls).toStrictEqual([['event-1', 'event-2', 'event-3'], ['event-2'], ['event-2']])
    expect(waits).toStrictEqual([2_500, 7_500])
  })

  it('stops after the given attempts', async () => {
    const { connector, calls } = scripted({ 'event-1': [retry] })
    expect(await deliverWithRetry(connector, [connectionEvent(1)], { ...fakeWait(), attempts: 3 })).toStrictEqual([retry])
    expect(calls).toHaveLength(3)
  })

  it('tries an event of unknown outcome three times where the vendor does not ignore repeats', async () => {
    const once = scripted({ 'event-1': [unknown] })
    expect(await deliverWithRetry(once.connector, [connectionEvent(1)], { ...fakeWait(), attempts: 9 })).toStrictEqual([unknown])
    expect(once.calls).toHaveLength(3)
    const safe = scripted({ 'event-1': [unknown] }, 'yes')
    await deliverWithRetry(safe.connector, [connectionEvent(1)], { ...fakeWait(), attempts: 9 })
    expect(safe.calls).toHaveLength(9)
  })

  it('returns what it knows when the signal ends a wait', async () => {
    const controller = new AbortController()
    const { connector, calls } = scripted({ 'event-1': [retry] })
    const results = await deliverWithRetry(connector, [connectionEvent(1)], {
      signal: controller.signal,
      onRetry: () => controller.abort(),
    })
    expect(results).toStrictEqual([retry])
    expect(calls).toHaveLength(1)
  })

  it('waits at least what the destination asks for, and half to all of its own step', () => {
    const asked = fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    return fc.assert(
      fc.asyncProperty(asked, random, async (retryAfterMs, value) => {
        const { connector } = scripted({ 'event-1': [retryAfterMs === undefined ? retry : { ...retry, retryAfterMs }] })
        const { wait, waits } = fakeWait()
        await deliverWithRetry(connector, [connectionEvent(1)], { wait, random: () => value, attempts: 10 })
        for (const [index, ms] of waits.entries()) {
          const step = Math.min(3_600_000, 5_000 * 3 ** index)
          expect(ms).toBeGreaterThanOrEqual(Math.max(step / 2, retryAfterMs ?? 0))
          expect(ms).toBeLessThanOrEqual(Math.max(step, (retryAfterMs ?? 0) * 1.1) + 1)
        }
      }),
    )
  })
})
