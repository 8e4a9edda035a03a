import type { BrazeArray } from '../mock-braze-rule.ts'
import { alias, attributes, event, eventOf } from './braze-call.ts'

/** An object that is not kept as it is sent. */
export interface BrazeLossCase {
  readonly array: BrazeArray
  readonly object: Readonly<Record<string, unknown>>
  /** What Braze keeps; `undefined`: nothing. */
  readonly kept: Readonly<Record<string, unknown>> | undefined
}

const longText = 'x'.repeat(256)
const manyItems = Array.from({ length: 501 }, (_, index) => index)

export const brazeLossCases: Readonly<Record<string, BrazeLossCase>> = {
  'attributes of an unknown alias, unless _update_existing_only is false': {
    array: 'attributes',
    object: { ...alias, favourite: 'tea' },
    kept: undefined,
  },
  'events and purchases of an unknown alias': {
    array: 'events',
    object: { ...eventOf(alias), _update_existing_only: false },
    kept: undefined,
  },
  'anything of an unknown person when _update_existing_only is true': {
    array: 'events',
    object: { ...event, _update_existing_only: true },
    kept: undefined,
  },
  'a time in the future becomes now': {
    array: 'events',
    object: { ...event, time: '2026-01-21T12:00:00.001Z' },
    kept: { ...event, time: '2026-01-21T12:00:00.000Z' },
  },
  'spaces around an attribute name': {
    array: 'attributes',
    object: { external_id: 'customer-1', ' favourite ': 'tea' },
    kept: attributes,
  },
  'a nested attribute with a null inside': {
    array: 'attributes',
    object: { ...attributes, walmart: { total_purchases: 42, last_purchase_date: null } },
    kept: attributes,
  },
  'an attribute string of more than 255 characters': {
    array: 'attributes',
    object: { ...attributes, walmart: longText },
    kept: attributes,
  },
  'the oldest items of an attribute array of more than 500': {
    array: 'attributes',
    object: { ...attributes, items: manyItems },
    kept: { ...attributes, items: manyItems.slice(1) },
  },
  'an attribute string that looks like a date becomes a time': {
    array: 'attributes',
    object: { ...attributes, joined: '12-1-2021' },
    kept: { ...attributes, joined: '2021-12-01T00:00:00.000Z' },
  },
}
