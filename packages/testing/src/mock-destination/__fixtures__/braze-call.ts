import { onTestFinished } from 'vitest'
import type { MockBraze, MockBrazeOptions } from '../mock-braze.ts'
import { createMockBraze } from '../mock-braze.ts'
import type { BrazeArray } from '../mock-braze-rule.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** What the mock's clock says. */
export const noon: number = Date.parse('2026-01-21T12:00:00.000Z')

export const event: JsonObject = { external_id: 'customer-1', name: 'subtotal_purchase', time: '2026-01-21T11:59:58.000Z' }
export const purchase: JsonObject = {
  external_id: 'customer-1',
  product_id: 'groceries',
  currency: 'USD',
  price: 12.97,
  time: '2026-01-21T11:59:58.000Z',
}
export const attributes: JsonObject = { external_id: 'customer-1', favourite: 'tea' }
export const valid: Readonly<Record<BrazeArray, JsonObject>> = { attributes, events: event, purchases: purchase }
export const alias: JsonObject = { user_alias: { alias_name: 'tablet', alias_label: 'device' } }
export const noValidData: JsonObject = {
  message: "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.",
}
export const jsonHeaders: Readonly<Record<string, string>> = { 'content-type': 'application/json' }

export function many(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, () => event)
}

/** An event of somebody else. */
export function eventOf(identifiers: JsonObject): JsonObject {
  return { name: event['name'], time: event['time'], ...identifiers }
}

/** A mock for one test. */
export async function startBraze(options: MockBrazeOptions = {}): Promise<MockBraze> {
  const mock = await createMockBraze({ now: () => noon, ...options })
  onTestFinished(() => mock.close())
  return mock
}

export interface BrazeCall {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface BrazeReply {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
}

export async function callBraze(url: string, options: BrazeCall = {}): Promise<BrazeReply> {
  const { method = 'POST', path = '/users/track', body = { events: [event] } } = options
  const response = await fetch(url + path, {
    method,
    headers: options.headers ?? { ...jsonHeaders, authorization: 'Bearer some-key' },
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, json: await response.json() }
}
