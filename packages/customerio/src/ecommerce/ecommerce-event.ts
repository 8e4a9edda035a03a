import { randomBytes } from 'node:crypto'
import { lastUlidTime, OptionsError, toUlid } from '@subtotal-connectors/core'
import { z } from 'zod'
import { journeysLimits } from '../customerio-limits.ts'
import { library } from '../customerio-message.ts'
import { ecommerceEvents } from './ecommerce-events.ts'
import type { EcommerceEventName, EcommerceProperties } from './ecommerce-properties.ts'
import { findPropertyProblem } from './find-property-problem.ts'

/** Who did it: a person that the workspace knows, or will, by `userId`; else a visitor by the id that the website gave them. Never both. */
export type EcommercePerson =
  | { readonly userId: string; readonly anonymousId?: never }
  | { readonly anonymousId: string; readonly userId?: never }

/** What {@link ecommerceEvent} takes besides the event itself. */
export interface EcommerceEventOptions {
  /** When it happened: a `Date`, or ISO 8601 with its zone. Default: now. */
  readonly timestamp?: Date | string
  /**
   * The same for every repeat of the event, different for every other. Default: a new ULID. Give your own, best a ULID, when the
   * event may be made again from its source.
   */
  readonly messageId?: string
  /** Circumstances, such as `ip`, `userAgent` or `page` of the visitor. Default: none but the library's name. */
  readonly context?: Readonly<Record<string, unknown>>
}

interface EcommerceMessage<Name extends EcommerceEventName> {
  readonly type: 'track'
  readonly event: Name
  /** ISO 8601 in UTC. */
  readonly timestamp: string
  readonly messageId: string
  readonly properties: EcommerceProperties<Name>
  readonly context: Readonly<Record<string, unknown>>
}

/** A semantic ecommerce event, ready to be sent. Made by {@link ecommerceEvent}. */
export type EcommerceEvent<Name extends EcommerceEventName = EcommerceEventName> = Name extends EcommerceEventName
  ? EcommerceMessage<Name> & EcommercePerson
  : never

const idSchema = z.string().refine((id) => id.trim() !== '' && Buffer.byteLength(id) <= journeysLimits.personIdBytes)
const personSchema = z.union([z.strictObject({ userId: idSchema }), z.strictObject({ anonymousId: idSchema })])
const timestampSchema = z.union([z.date(), z.iso.datetime({ offset: true })])
const objectSchema = z.record(z.string(), z.unknown())

const personProblem = `person must be { userId } or { anonymousId }, a string that is not empty and has at most ${journeysLimits.personIdBytes} bytes`

/**
 * One of the 28 semantic ecommerce events of Customer.io, checked against the specification: names, and the type of every
 * property that it names. Other properties are allowed. What is returned is what will be sent: `undefined` is left out, and later
 * changes to `properties` do not reach it.
 *
 * @throws {OptionsError} naming what is wrong, without its value
 *
 * @example
 * ```ts
 * ecommerceEvent('Order Completed', { userId: 'cust_8841' }, { order_id: 'A-1', total: 44.64, products: [{ sku: '041331027878', quantity: 4 }] })
 * ```
 */
export function ecommerceEvent<Name extends EcommerceEventName>(
  name: Name,
  person: EcommercePerson,
  properties: EcommerceProperties<Name>,
  options?: EcommerceEventOptions,
): EcommerceEvent<Name>
export function ecommerceEvent(
  name: EcommerceEventName,
  person: EcommercePerson,
  properties: Readonly<Record<string, unknown>>,
  options: EcommerceEventOptions = {},
): EcommerceMessage<EcommerceEventName> & EcommercePerson {
  if (!Object.hasOwn(ecommerceEvents, name)) {
    throw new OptionsError(
      'The ecommerce event cannot be made: its name is not one of the 28 of the specification, spelled exactly.',
    )
  }
  const sent = asJson(name, 'properties', properties)
  const problem = findPropertyProblem(name, sent)
  if (problem !== undefined) throw wrong(name, problem)
  const when = check(
    name,
    timestampSchema,
    options.timestamp ?? new Date(),
    'timestamp must be a Date, or ISO 8601 with its zone',
  )
  const timestamp = new Date(when)
  const messageId = options.messageId ?? newMessageId(timestamp.getTime())
  return {
    type: 'track',
    event: name,
    ...check(name, personSchema, person, personProblem),
    messageId: check(name, z.string().min(1), messageId, 'messageId must not be empty'),
    timestamp: timestamp.toISOString(),
    properties: sent,
    context: { library, ...asJson(name, 'context', options.context ?? {}) },
  }
}

function newMessageId(time: number): string {
  return toUlid(Math.min(Math.max(0, time), lastUlidTime), randomBytes(16))
}

function check<Value>(name: string, schema: z.ZodType<Value>, value: unknown, problem: string): Value {
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  throw wrong(name, problem)
}

/** The value as it will be sent. */
function asJson(name: string, path: string, value: unknown): Readonly<Record<string, unknown>> {
  let json: unknown
  try {
    json = JSON.parse(JSON.stringify(value))
  } catch {
    throw wrong(name, `${path} cannot be written as JSON`)
  }
  return check(name, objectSchema, json, `${path} must be an object`)
}

function wrong(name: string, problem: string): OptionsError {
  return new OptionsError(`The ecommerce event "${name}" cannot be made: ${problem}.`)
}
