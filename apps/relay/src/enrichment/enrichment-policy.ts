import type { RetryPolicy } from '../delivery/retry-policy.ts'
import { defaultRetryPolicy } from '../delivery/retry-policy.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** An event that can be delivered as it is waits no longer than this for what is missing. */
export const wantedWaitMs: number = hourMs

/** One that cannot waits no longer than this, and is a dead letter then. */
export const requiredWaitMs: number = 72 * hourMs

/** So often a purchase is asked for that Subtotal does not know: its webhook may come before it can be read. */
export const notFoundTries = 3

/** Between these tries. */
export const notFoundRetry: RetryPolicy = { ...defaultRetryPolicy, firstDelayMs: 2_000, factor: 4 }

/** After the other failures of one event. */
export const failureRetry: RetryPolicy = { ...defaultRetryPolicy, maxDelayMs: 10 * minuteMs }

/** A connection whose email and mobile are both known is not asked for again for so long. */
export const wholeContactMs: number = 24 * hourMs

/** One that lacked something. */
export const partialContactMs: number = hourMs
