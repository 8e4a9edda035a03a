import type { Failure } from '@subtotal-connectors/testing/mocks'
import type { DestinationName } from './arrival-keys.ts'

/** A destination's bad moment: its next request is answered with this. */
export interface Disturbance {
  readonly destination: DestinationName
  readonly failure: Failure
}

// Short waits, as the vendors' own are: a person sees the retry within seconds.
const disturbances: readonly Disturbance[] = [
  {
    destination: 'klaviyo',
    failure: {
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '1' },
      body: {
        errors: [{ status: 429, code: 'throttled', title: 'Request was throttled.', detail: 'Expected available in 1 second.' }],
      },
    },
  },
  { destination: 'braze', failure: { kind: 'answer', status: 500, body: { message: 'Internal Server Error' } } },
  { destination: 'customerio', failure: { kind: 'answer', status: 503, headers: { 'retry-after': '2' } } },
  {
    destination: 'braze',
    failure: {
      kind: 'answer',
      status: 429,
      headers: { 'x-ratelimit-retry-after': '1' },
      body: { message: 'Rate limit exceeded' },
    },
  },
  { destination: 'klaviyo', failure: { kind: 'answer', status: 503, body: { errors: [] } } },
  { destination: 'customerio', failure: { kind: 'answer', status: 500 } },
]

const firstAt = 10
const fewestBetween = 40
const secondsBetween = 4

/**
 * The bad moment that begins with the n-th webhook sent (from 1), if one does: now and then, in turn, a destination answers
 * 429 or 5xx once, so that retries can be seen. Further apart at a higher rate.
 */
export function disturbanceAt(sent: number, ratePerSecond: number): Disturbance | undefined {
  const every = Math.max(fewestBetween, Math.round(ratePerSecond * secondsBetween))
  const since = sent - firstAt
  if (since < 0 || since % every !== 0) return undefined
  return disturbances[(since / every) % disturbances.length]
}
