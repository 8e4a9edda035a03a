import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { ClaimedEnrichment, EnrichmentSettlement } from '../store/enrichment-store.ts'
import type { CallFailure } from './call-failure.ts'
import type { Found } from './complete-from-subtotal.ts'
import { completeFromSubtotal } from './complete-from-subtotal.ts'
import type { KnownContact } from './contact.ts'
import { isFresh, lacksContact, noContact } from './contact.ts'
import type { EnrichmentContext } from './decide-enrichment.ts'
import { afterFailedCall, expiresAt, giveUp, switchedOff } from './decide-enrichment.ts'
import type { EnrichmentSettings } from './enrichment-settings.ts'
import { isBare, missingParts } from './missing-parts.ts'

/** What of Subtotal's API completes events. */
export interface EnrichmentApi {
  readonly purchases: Pick<SubtotalApi['purchases'], 'get'>
  readonly connections: Pick<SubtotalApi['connections'], 'get'>
}

/** What a call answered, or why it did not. */
export type CallResult<Value> = { readonly value: Value } | { readonly failure: CallFailure }

/** What completing works with. */
export interface CompletionTools extends EnrichmentContext {
  readonly settings: EnrichmentSettings
  readonly hasApi: boolean
  /** Whether Subtotal may be called now. */
  readonly isOpen: boolean
  /** Why it may not; told when the wait ends meanwhile. */
  readonly holdReason: string | null
  purchase(purchaseId: string, connectionId: string): Promise<CallResult<NonNullable<Found['purchase']>>>
  contact(connectionId: string): Promise<CallResult<KnownContact>>
}

/** What became of an event, and whether it lacks nothing more that Subtotal has. */
export interface Completion {
  readonly settlement: EnrichmentSettlement
  readonly failure?: CallFailure
}

/** Fetches what one event lacks, and decides what becomes of it. */
export async function completeEvent(enrichment: ClaimedEnrichment, tools: CompletionTools): Promise<Completion> {
  const { id, event, waitingSince } = enrichment
  const { settings, now } = tools
  if (isBare(event) && !settings.purchases) return { settlement: { id, found: {}, verdict: switchedOff(tools.hasApi) } }
  if (!tools.isOpen && now >= expiresAt(event, waitingSince)) {
    const failure = tools.holdReason === null ? undefined : { message: tools.holdReason }
    return { settlement: { id, found: {}, verdict: giveUp(event, failure) } }
  }
  let found: Found = {}
  if (event.type === 'purchase.created' && missingParts(event, settings).purchase) {
    const answer = await tools.purchase(event.purchase.id, event.connection.id)
    if ('failure' in answer) return failed(answer.failure, enrichment, found, tools)
    found = { purchase: answer.value }
  }
  if (settings.contacts && lacksContact(event)) {
    const answer = await contactOf(enrichment, tools)
    if ('failure' in answer) return failed(answer.failure, enrichment, found, tools)
    found = { ...found, contact: answer.value }
  }
  return { settlement: { id, found, verdict: { status: 'done' } } }
}

async function contactOf({ event, contact }: ClaimedEnrichment, tools: CompletionTools): Promise<CallResult<KnownContact>> {
  if (contact !== undefined && isFresh(contact, tools.now)) return { value: contact }
  const answer = await tools.contact(event.connection.id)
  const isNothing = 'failure' in answer && (answer.failure.kind === 'unknown' || answer.failure.kind === 'refused')
  return isNothing ? { value: { ...noContact, askedAt: tools.now } } : answer
}

function failed(failure: CallFailure, enrichment: ClaimedEnrichment, found: Found, tools: CompletionTools): Completion {
  const event = completeFromSubtotal(enrichment.event, found, [])
  return { settlement: { id: enrichment.id, found, verdict: afterFailedCall(failure, event, enrichment, tools) }, failure }
}
