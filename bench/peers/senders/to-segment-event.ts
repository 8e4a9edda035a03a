import type { BrazeMessage, CustomerioMessage, KlaviyoMessage } from '../inputs.ts'

/** A `track` event as a source of Segment's would send it, with the properties that ours gives the destination. */
export interface SegmentTrackEvent {
  readonly type: 'track'
  readonly event: string
  readonly messageId: string
  readonly timestamp: string
  readonly context: { readonly traits: { readonly email: string } }
  readonly properties: Readonly<Record<string, unknown>>
}

/** Turns what our connector would send into what Segment would be given for the same result. */
export function toSegmentEvent(message: KlaviyoMessage | BrazeMessage | CustomerioMessage): SegmentTrackEvent {
  if ('userId' in message) return toTrack(message.event, message.userId, message.timestamp, message.messageId, message.properties)
  if ('email' in message) return toTrack(message.name, message.email, message.time, '', message.properties)
  const { metric, properties, time, unique_id: uniqueId } = message.attributes.events.data[0].attributes
  return toTrack(metric.data.attributes.name, message.attributes.profile.data.attributes.email, time, uniqueId, properties)
}

function toTrack(
  event: string,
  email: string,
  timestamp: string,
  messageId: string,
  properties: SegmentTrackEvent['properties'],
): SegmentTrackEvent {
  return { type: 'track', event, messageId, timestamp, context: { traits: { email } }, properties }
}
