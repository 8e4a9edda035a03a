import { z } from 'zod'
import type { SubtotalEvent, SubtotalEventType } from '../event/subtotal-event.ts'
import { subtotalEventTypes } from '../event/subtotal-event.ts'
import type { IdentifierKind } from '../identity/identify.ts'
import { identifierKinds } from '../identity/identify.ts'
import type { Properties } from './connector-definition.ts'

/** What becomes of profile events: an event, attributes of the person, both, or nothing. */
export type ProfileMode = 'event' | 'attributes' | 'both' | 'off'

/** Options that every connector takes. */
export interface ConnectorOptions {
  /** The destination's API key. */
  apiKey: string
  /** An origin to use instead of the vendor's: `https://…`, or `http://` on a loopback host. The path is appended by the connector. */
  baseUrl?: string
  /**
   * Which of the customer's identifiers the person is known by. Default `'email'`. A list is tried in order, and can split one
   * person in two: an event that lacks the first identifier goes to the profile of the second.
   */
  identifyBy?: IdentifierKind | readonly IdentifierKind[]
  /** Per event type: `false` switches it off, a string renames it at the destination. */
  events?: Partial<Record<SubtotalEventType, false | string>>
  /** Return `true` to send an event, `false` to skip it. Anything else, a promise too, rejects it with `ERR_MAPPING`. */
  filter?: (event: SubtotalEvent) => boolean
  /** Returns the properties to send instead of the default ones. */
  properties?: (event: SubtotalEvent, properties: Properties) => Properties
  /** Purchases older than 72 hours when they came in. Default `'send'`. */
  historical?: 'send' | 'skip'
  /** Events of Subtotal's simulator. Default `'send'`. */
  simulated?: 'send' | 'skip'
  /** Default `'event'`. */
  profiles?: ProfileMode
  /** Whether profile attributes may hold the email and phone of the account at the retailer. Default `false`. */
  writeContact?: boolean
  /** Where customers link their account: one URL, or one per retailer id. Default: none, and `link_url` is left out. */
  linkUrl?: string | Readonly<Record<string, string>>
  /** ISO 4217. Subtotal does not send one. Default: none, and it is left out. */
  currency?: string
  /** Requests in flight at once, and so sockets. Default 4. */
  concurrency?: number
}

const functionSchema = <T>() => z.custom<T>((value) => typeof value === 'function', 'must be a function')

/** The URL's origin if it may be used for a destination, else why not. */
function originProblem(value: string): string | undefined {
  if (!URL.canParse(value)) return 'must be a URL'
  const url = new URL(value)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || /^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) return 'must be https, unless the host is loopback'
  if (url.username !== '' || url.password !== '') return 'must not hold credentials'
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'must be an origin, without path and query'
  return undefined
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol)
}

const originSchema = z.string().check((context) => {
  const problem = originProblem(context.value)
  if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: '' })
})
const linkUrlSchema = z.string().refine(isHttpUrl, 'must be an http or https URL')
const identifierSchema = z.enum(identifierKinds)
const identifyByProblem = `must be one of ${identifierKinds.join(', ')}, or a list of at least one of them`

/** How each of {@link ConnectorOptions} is checked. */
export const connectorOptionsShape: Readonly<Record<keyof ConnectorOptions, z.ZodType>> = {
  apiKey: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces'),
  baseUrl: originSchema.exactOptional(),
  identifyBy: z.union([identifierSchema, z.array(identifierSchema).min(1)], identifyByProblem).exactOptional(),
  events: z
    .partialRecord(
      z.enum(subtotalEventTypes),
      z.union([z.literal(false), z.string().trim().min(1, 'must not be empty')], 'must be false or a name that is not empty'),
    )
    .exactOptional(),
  filter: functionSchema<(event: SubtotalEvent) => boolean>().exactOptional(),
  properties: functionSchema<(event: SubtotalEvent, properties: Properties) => Properties>().exactOptional(),
  historical: z.enum(['send', 'skip']).exactOptional(),
  simulated: z.enum(['send', 'skip']).exactOptional(),
  profiles: z.enum(['event', 'attributes', 'both', 'off']).exactOptional(),
  writeContact: z.boolean().exactOptional(),
  linkUrl: z
    .union([linkUrlSchema, z.record(z.string(), linkUrlSchema)], 'must be an http or https URL, or one for each retailer')
    .exactOptional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .exactOptional(),
  concurrency: z.number().int().min(1).max(64).exactOptional(),
}
