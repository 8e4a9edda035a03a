import { parseIsoTime } from '@subtotal-connectors/core'

const dayMs = 86_400_000
const dateShape = /^\s*\d{4}-\d\d-\d\d\s*$/

/** Whether a text is a date or a time as ISO 8601. */
export function isTime(text: string): boolean {
  return parseIsoTime(text) !== undefined
}

/** The first moment that a date or time means, in milliseconds since 1970. */
export function startOf(text: string): number {
  return parseIsoTime(text) ?? 0
}

/** The last one: a date alone means the whole day. */
export function endOf(text: string): number {
  return startOf(text) + (dateShape.test(text) ? dayMs - 1 : 0)
}
