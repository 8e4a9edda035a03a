import type { EcommerceEvent } from './ecommerce-event.ts'
import type { Shape } from './shape-of.ts'
import { itemShapeOf, shapeOf } from './shape-of.ts'

/** Properties of the specification in which people write to or of each other. */
const personalKeys: ReadonlySet<string> = new Set(['recipient', 'share_message', 'review_body'])

/**
 * Every string of the event that may say something about a person: the id, the context, and each property that is not one of the
 * specification's own about goods and orders.
 */
export function personalStrings({ event, userId, anonymousId, properties, context }: EcommerceEvent): string[] {
  const { library: _, ...circumstances } = context
  const strings = [...stringsIn({ userId, anonymousId, ...circumstances }, {}), ...stringsIn(properties, shapeOf(event))]
  return strings.filter((value) => value !== '')
}

function stringsIn(value: unknown, shape: Shape): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const type = Object.hasOwn(shape, key) && !personalKeys.has(key) ? shape[key] : undefined
    if (type === undefined) return stringsIn(member, {})
    return Array.isArray(member) ? member.flatMap((item) => stringsIn(item, itemShapeOf(type))) : []
  })
}
