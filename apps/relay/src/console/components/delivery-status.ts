import type { DeliveryStatus } from '../../store/records.ts'
import type { Html } from '../html.ts'
import type { Tone } from './badge.ts'
import { badge } from './badge.ts'

const tones: Readonly<Record<DeliveryStatus, Tone>> = {
  pending: 'waiting',
  delivered: 'good',
  skipped: 'neutral',
  dead: 'bad',
}

/** Where a delivery stands. */
export function deliveryStatus(status: DeliveryStatus): Html {
  return badge(tones[status], status === 'dead' ? 'dead letter' : status)
}
