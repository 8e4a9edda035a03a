import type { Properties } from '@subtotal-connectors/core'

/** What makes the messages. Named without its version, so that a message has the same bytes after an upgrade. */
export const library = { name: '@subtotal-connectors/customerio' } as const

/**
 * The context of a message about something that happened without the person being there: `active: false` keeps it from counting
 * as "last seen".
 *
 * Source: https://docs.customer.io/files/pipelines.json (`context_common`)
 */
export const serverContext: Readonly<Record<string, unknown>> = { active: false, library }

/** An event of a known person. */
export interface TrackMessage {
  readonly type: 'track'
  readonly event: string
  /** The workspace's id of the person, or an email address: the form decides. */
  readonly userId: string
  /** A ULID, the same in every repeat of the message. */
  readonly messageId: string
  /** When it happened, ISO 8601. */
  readonly timestamp: string
  readonly properties: Readonly<Properties>
  readonly context: Readonly<Record<string, unknown>>
}

/** Attributes of a known person. Names that are given are set; others stay. */
export interface IdentifyMessage {
  readonly type: 'identify'
  readonly userId: string
  readonly messageId: string
  readonly timestamp: string
  readonly traits: Readonly<Properties>
  readonly context: Readonly<Record<string, unknown>>
}

/** One item of a request to `/v1/batch`, as the connector makes it. */
export type CustomerioMessage = TrackMessage | IdentifyMessage
