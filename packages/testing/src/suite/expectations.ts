import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import type { MockDestination } from '../mock-destination/mock-server.ts'
import { acceptedNumbers, numberOf } from './suite-events.ts'

/** How long a request may take to come in: only a connector that makes none should ever wait so long. */
const arrivalMs = 30_000

/** A result in a word or three, without texts: `retry network ERR_NETWORK`. */
export function summaryOf(result: DeliveryResult | undefined): string {
  if (result === undefined) return 'no result'
  const reason = result.status === 'retry' ? ` ${result.reason}` : ''
  return 'error' in result ? `${result.status}${reason} ${result.error.code}` : result.status
}

/** Every event has a result, with this status. */
export function assertStatus(
  events: readonly SubtotalEvent[],
  results: readonly DeliveryResult[],
  status: DeliveryResult['status'],
  situation: string,
): void {
  assert.equal(results.length, events.length, `${situation}: ${results.length} results for ${events.length} events`)
  const other = results.find((result) => result.status !== status)
  assert.equal(other, undefined, `${situation}: expected ${status}, got ${summaryOf(other)}`)
}

/** The statuses of the results are these, in order. */
export function assertStatuses(
  results: readonly DeliveryResult[],
  expected: readonly DeliveryResult['status'][],
  situation: string,
): void {
  assert.equal(results.length, expected.length, `${situation}: ${results.length} results for ${expected.length} events`)
  const wrong = expected.findIndex((status, index) => results[index]?.status !== status)
  assert.ok(wrong === -1, `${situation}: event ${wrong} is ${summaryOf(results[wrong])}, expected ${expected[wrong]}`)
}

/** The destination has kept the delivered events, no others, and nothing twice. */
export function assertKept(
  mock: MockDestination<unknown>,
  events: readonly SubtotalEvent[],
  results: readonly DeliveryResult[],
  situation: string,
): void {
  const kept = acceptedNumbers(mock)
  for (const [index, event] of events.entries()) {
    const isKept = kept.has(numberOf(event))
    const isDelivered = results[index]?.status === 'delivered'
    assert.ok(
      isKept === isDelivered,
      `${situation}: event ${index} is ${summaryOf(results[index])}, the destination has ${isKept ? '' : 'not '}kept it`,
    )
  }
  const texts = mock.accepted.map((accepted) => JSON.stringify(accepted))
  assert.equal(new Set(texts).size, texts.length, `${situation}: something was kept twice`)
}

/** What is called delivered has been kept by the destination. */
export function assertNoneClaimed(
  mock: MockDestination<unknown>,
  events: readonly SubtotalEvent[],
  results: readonly DeliveryResult[],
  situation: string,
): void {
  const kept = acceptedNumbers(mock)
  const claimed = events.findIndex((event, index) => results[index]?.status === 'delivered' && !kept.has(numberOf(event)))
  assert.ok(claimed === -1, `${situation}: event ${claimed} is called delivered, the destination has not kept it`)
}

/** Waits until the destination has got this many requests. */
export async function untilRequested(mock: MockDestination<unknown>, count: number = 1): Promise<void> {
  await until(() => mock.requests.length >= count, arrivalMs, `${count} requests`)
}

/** Waits for a state. */
export async function until(isReached: () => boolean, patienceMs: number, what: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!isReached()) {
    assert.ok(performance.now() < giveUpAt, `not within ${patienceMs} ms: ${what}`)
    await setTimeout(2)
  }
}

/** Waits for something that must happen at once. */
export async function within<T>(promise: Promise<T>, patienceMs: number, what: string): Promise<T> {
  const timer = new AbortController()
  const tooLate = setTimeout(patienceMs, undefined, { signal: timer.signal }).then(() =>
    assert.fail(`not within ${patienceMs} ms: ${what}`),
  )
  tooLate.catch(() => undefined)
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    timer.abort()
  }
}
