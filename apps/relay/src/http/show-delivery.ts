import type { DeliveryRecord } from '../store/records.ts'
import { toIso } from './to-iso.ts'

/** A delivery for people: times as ISO 8601. */
export function showDelivery(delivery: DeliveryRecord): object {
  return { ...delivery, dueAt: toIso(delivery.dueAt), settledAt: toIso(delivery.settledAt) }
}
