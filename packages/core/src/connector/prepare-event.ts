import { ConnectorError } from '../errors/connector-error.ts'
import type { SubtotalEvent } from '../event/subtotal-event.ts'
import { type IdentifierKind, identify } from '../identity/identify.ts'
import { personalValues } from '../redaction/personal-values.ts'
import type { Destination, MappingContext, Properties } from './connector-definition.ts'
import type { ConnectorOptions } from './connector-options.ts'
import type { Rejected, Skipped } from './delivery-result.ts'
import { linkUrlFor } from './link-url.ts'
import type { Outgoing } from './sender.ts'

/** The event in the destination's words, or why it is not sent. Pure, as far as the options' functions are; never throws. */
export function prepareEvent<Message>(
  destination: Destination<Message>,
  options: ConnectorOptions,
  event: SubtotalEvent,
): { readonly outgoing: Outgoing<Message> } | { readonly result: Skipped | Rejected } {
  try {
    const reason = skipReason(options, event)
    if (reason !== undefined) return { result: { status: 'skipped', reason } }
    const kinds = identifierKindsOf(options)
    const identifier = identify(event.customer, kinds)
    if (identifier === undefined) return { result: { status: 'rejected', error: noIdentifier(kinds) } }
    const linkUrl = linkUrlFor(options.linkUrl, event.connection)
    const renamed = options.events?.[event.type]
    const context: MappingContext = {
      eventName: typeof renamed === 'string' ? renamed : destination.eventNames[event.type],
      identifier,
      ...(linkUrl === undefined ? {} : { linkUrl }),
      properties: (defaults) => chosenProperties(options, event, defaults),
    }
    return { outgoing: { ...destination.toMessages(event, context), personalValues: () => personalValues(event) } }
  } catch (error) {
    return { result: { status: 'rejected', error: error instanceof ConnectorError ? error : mappingError(error) } }
  }
}

function chosenProperties(options: ConnectorOptions, event: SubtotalEvent, defaults: Properties): Properties {
  if (options.properties === undefined) return defaults
  const chosen: unknown = options.properties(event, defaults)
  const prototype: unknown = typeof chosen === 'object' && chosen !== null ? Object.getPrototypeOf(chosen) : undefined
  if (prototype === Object.prototype || prototype === null) return { ...(chosen as Properties) }
  throw new ConnectorError('ERR_MAPPING', 'The option properties must return a plain object; return the given one to keep it.')
}

function identifierKindsOf({ identifyBy = 'email' }: ConnectorOptions): readonly IdentifierKind[] {
  return typeof identifyBy === 'string' ? [identifyBy] : identifyBy
}

function skipReason(options: ConnectorOptions, event: SubtotalEvent): string | undefined {
  if (options.events?.[event.type] === false) return `events of type ${event.type} are switched off`
  if (options.profiles === 'off' && 'profile' in event) return 'profiles are switched off'
  if (options.simulated === 'skip' && event.isSimulated) return 'simulated events are skipped'
  if (options.historical === 'skip' && event.isHistorical) return 'historical purchases are skipped'
  if (options.filter !== undefined && !passes(options.filter(event))) return 'filtered out'
  return undefined
}

/** A promise is truthy whatever it resolves to: what the filter meant to keep back must not be sent by mistake. */
function passes(verdict: unknown): boolean {
  if (typeof verdict === 'boolean') return verdict
  throw new ConnectorError('ERR_MAPPING', 'The option filter must return true or false, and not a promise.')
}

function noIdentifier(kinds: readonly IdentifierKind[]): ConnectorError {
  const wanted = kinds.join(', ')
  return new ConnectorError(
    'ERR_NO_IDENTIFIER',
    `The event's customer has no usable ${wanted}; set it on the connection at Subtotal, or choose another with identifyBy.`,
  )
}

/** What was thrown may hold anything: only its class is told. */
function mappingError(error: unknown): ConnectorError {
  const kind = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : typeof error
  return new ConnectorError('ERR_MAPPING', `The event could not be mapped: a filter or mapping threw a ${kind}.`)
}
