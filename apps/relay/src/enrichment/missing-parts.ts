import type { SubtotalEvent } from '@subtotal-connectors/core'
import { lacksContact } from './contact.ts'
import type { EnrichmentSettings } from './enrichment-settings.ts'

/** What an event lacks that Subtotal may have. */
export interface MissingParts {
  /** The purchase came without items. */
  readonly purchase: boolean
  /** The customer's email or mobile. */
  readonly contact: boolean
}

/** What is to be fetched for an event; neither: nothing. Pure. */
export function missingParts(event: SubtotalEvent, settings: EnrichmentSettings): MissingParts {
  const isItemless = event.type === 'purchase.created' && event.purchase.items.length === 0
  return { purchase: settings.purchases && isItemless, contact: settings.contacts && lacksContact(event) }
}

/** Whether the event is a purchase that came with identifiers alone: there is nothing to deliver. */
export function isBare(event: SubtotalEvent): boolean {
  if (event.type !== 'purchase.created') return false
  const { items, total, tax, subtotal } = event.purchase
  return items.length === 0 && total === null && tax === null && subtotal === null
}
