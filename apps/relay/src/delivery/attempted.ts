import type { DeliveryResult } from '@subtotal-connectors/core'
import type { ClaimedDelivery } from '../store/store.ts'
import type { Decision } from './decide.ts'

/** One delivery of a batch, and what came of it. */
export interface Attempted {
  readonly delivery: ClaimedDelivery
  readonly result: DeliveryResult
  readonly decision: Decision
}
