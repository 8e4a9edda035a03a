import type { SubtotalEvent } from '@subtotal-connectors/core'
import { identifyLate, isIdentifiedWholly } from '../../identity/identify-late.ts'
import type { ConnectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'

/** What a judgement depends on. */
export interface LateIdentityJudge {
  readonly history: Pick<ConnectionHistory, 'now' | 'customersSince'>
  readonly contacts: Pick<ConnectionContacts, 'find'>
  readonly guard: { hasBlocks(): boolean; drops(event: SubtotalEvent): boolean }
}

/** What becomes of a stored event. `erased`: it is of a person whose events are dropped, which nobody knew before. */
export type LateIdentityVerdict =
  | { readonly result: 'identified'; readonly event: SubtotalEvent }
  | { readonly result: 'anothers' | 'unchanged' | 'erased' }

/** Why a letter stays dead although something is known of its connection. */
export const anothersReason = ' What is known of its connection by now is of another customer.'

/** What becomes of a stored event by what is known of its connection by now. `orderKey`: the event's. */
export function judgeLateIdentity(
  { history, contacts, guard }: LateIdentityJudge,
  event: SubtotalEvent,
  orderKey: string,
): LateIdentityVerdict {
  if (isIdentifiedWholly(event)) return { result: 'unchanged' }
  const connectionId = event.connection.id
  const late = identifyLate(event, {
    state: history.now(connectionId),
    contact: contacts.find(connectionId),
    customerIds: history.customersSince(connectionId, orderKey),
  })
  if (!late.isIdentified) return { result: late.isAnothers ? 'anothers' : 'unchanged' }
  if (guard.hasBlocks() && guard.drops(late.event)) return { result: 'erased' }
  return { result: 'identified', event: late.event }
}
