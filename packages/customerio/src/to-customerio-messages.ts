import type {
  ConnectionEvent,
  Mapped,
  MappingContext,
  ProfileEvent,
  Properties,
  PurchaseCreatedEvent,
  SubtotalEvent,
} from '@subtotal-connectors/core'
import { ConnectorError, withoutNulls } from '@subtotal-connectors/core'
import type { CustomerioConnectorOptions } from './customerio-connector-options.ts'
import { journeysLimits } from './customerio-limits.ts'
import type { CustomerioMessage, IdentifyMessage, TrackMessage } from './customerio-message.ts'
import { serverContext } from './customerio-message.ts'
import { fitTrackMessage } from './fit-track-message.ts'
import { toMessageId } from './message-id.ts'
import { countPartialQuantities, toOrderProperties } from './to-order-properties.ts'
import { splitOversizeTraits, toPersonTraits } from './to-person-traits.ts'

/** The options that change what is sent. */
export type MessageOptions = Pick<CustomerioConnectorOptions, 'currency' | 'profiles' | 'writeContact' | 'attributeDates'>

/**
 * An event as messages: one `track`; for a profile, by the option `profiles`, a `track`, an `identify`, or both. Throws a
 * `ConnectorError` for a message that Customer.io would not keep.
 */
export function toCustomerioMessages(
  event: SubtotalEvent,
  context: MappingContext,
  options: MessageOptions,
): Mapped<CustomerioMessage> {
  if (Buffer.byteLength(context.identifier.value) > journeysLimits.personIdBytes) {
    throw new ConnectorError(
      'ERR_TOO_LARGE',
      `The person's identifier is longer than the ${journeysLimits.personIdBytes} bytes that Customer.io keeps.`,
    )
  }
  switch (event.type) {
    case 'purchase.created':
      return fromPurchase(event, context, options)
    case 'account.connected':
    case 'account.disconnected':
    case 'connection.unauthenticated':
    case 'connection.reauthenticated':
      return { messages: [toTrack(event, context, toConnectionProperties(event, context))] }
    case 'profile.created':
    case 'profile.updated':
      return fromProfile(event, context, options)
  }
}

function fromPurchase(
  event: PurchaseCreatedEvent,
  context: MappingContext,
  { currency }: MessageOptions,
): Mapped<CustomerioMessage> {
  const properties = toOrderProperties(event.purchase, { retailer: event.connection.retailer, currency })
  const { message, warnings } = fitTrackMessage(toTrack(event, context, properties))
  const partial = countPartialQuantities(event.purchase)
  if (partial === 0) return { messages: [message], warnings }
  return { messages: [message], warnings: [...warnings, `${partial} items have no whole quantity: theirs is left out.`] }
}

function toConnectionProperties(event: ConnectionEvent, context: MappingContext): Properties {
  const asksToLink = event.type === 'account.disconnected' || event.type === 'connection.unauthenticated'
  return withoutNulls({
    connection_id: event.connection.id,
    retailer: event.connection.retailer,
    link_url: asksToLink ? context.linkUrl : undefined,
    source: 'subtotal',
  })
}

function fromProfile(event: ProfileEvent, context: MappingContext, options: MessageOptions): Mapped<CustomerioMessage> {
  const mode = options.profiles ?? 'event'
  const messages: CustomerioMessage[] = []
  const warnings: string[] = []
  if (mode === 'event' || mode === 'both') {
    messages.push(toTrack(event, context, { ...withoutNulls({ ...event.profile }), source: 'subtotal' }))
  }
  if (mode === 'attributes' || mode === 'both') {
    const { kept, oversize } = splitOversizeTraits(
      toPersonTraits(event.profile, {
        retailer: event.connection.retailer,
        identifiedBy: context.identifier.kind,
        writeContact: options.writeContact ?? false,
        dates: options.attributeDates ?? 'iso',
      }),
    )
    messages.push(toIdentify(event, context, kept))
    if (oversize.length > 0) {
      warnings.push(
        `Customer.io keeps ${journeysLimits.traitValueBytes} bytes of an attribute; left out: ${oversize.join(', ')}.`,
      )
    }
  }
  return { messages, warnings }
}

function toTrack(event: SubtotalEvent, context: MappingContext, defaults: Properties): TrackMessage {
  return {
    type: 'track',
    event: context.eventName,
    userId: context.identifier.value,
    messageId: toMessageId('track', event),
    timestamp: event.occurredAt,
    properties: context.properties(defaults),
    context: serverContext,
  }
}

function toIdentify(event: SubtotalEvent, context: MappingContext, traits: Properties): IdentifyMessage {
  return {
    type: 'identify',
    userId: context.identifier.value,
    messageId: toMessageId('identify', event),
    timestamp: event.occurredAt,
    traits,
    context: serverContext,
  }
}
