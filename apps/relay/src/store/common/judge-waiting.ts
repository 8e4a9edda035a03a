import type { SubtotalEvent } from '@subtotal-connectors/core'
import { completeFromSubtotal } from '../../enrichment/complete-from-subtotal.ts'
import { isFresh } from '../../enrichment/contact.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { isBare, missingParts } from '../../enrichment/missing-parts.ts'
import type { ConnectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'

/** What a judgement depends on. */
export interface WaitingJudge {
  /** What of an event is fetched from Subtotal; `undefined`: no event waits. */
  readonly settings: EnrichmentSettings | undefined
  readonly history: Pick<ConnectionHistory, 'customersSince'>
  readonly contacts: Pick<ConnectionContacts, 'find'>
}

/** A new event with what Subtotal said of its connection lately, and whether it has to wait for more. */
export function judgeWaiting(
  { settings, history, contacts }: WaitingJudge,
  event: SubtotalEvent,
  orderKey: string,
  now: number,
): { readonly event: SubtotalEvent; readonly mustWait: boolean } {
  if (settings === undefined) return { event, mustWait: false }
  const missing = missingParts(event, settings)
  const known = missing.contact ? contacts.find(event.connection.id) : undefined
  const contact = known !== undefined && isFresh(known, now) ? known : undefined
  if (contact === undefined) return { event, mustWait: missing.purchase || missing.contact || isBare(event) }
  const completed = completeFromSubtotal(event, { contact }, history.customersSince(event.connection.id, orderKey))
  return { event: completed, mustWait: missing.purchase || isBare(event) }
}
