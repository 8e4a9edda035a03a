import type { Destination } from '../peer-sender.ts'

/** A mapping in Segment's own language: where each of an action's fields comes from. */
export type SegmentMapping = Readonly<Record<string, unknown>>

const email = { '@path': '$.context.traits.email' }
const time = { '@path': '$.timestamp' }

/** What differs from the preset so that the person and the time are the ones that ours sends. */
const corrections: Readonly<Record<Destination, SegmentMapping>> = {
  klaviyo: { profile: { email } },
  braze: { time },
  customerio: { id: email },
}

/** The field that holds an event's properties. */
const propertiesField: Readonly<Record<Destination, string>> = { klaviyo: 'properties', braze: 'properties', customerio: 'data' }

/**
 * The preset mapping of the action, which hands all properties on as they are; with `example`, a mapping that names each of its
 * properties, as it is written when the source's names or shapes are not the destination's.
 */
export function segmentMapping(
  destination: Destination,
  preset: SegmentMapping,
  example?: Readonly<Record<string, unknown>>,
): SegmentMapping {
  const mapping = { ...preset, ...corrections[destination] }
  return example === undefined ? mapping : { ...mapping, [propertiesField[destination]]: nameEach(example, '$.properties') }
}

function nameEach(example: Readonly<Record<string, unknown>>, path: string): SegmentMapping {
  return Object.fromEntries(Object.entries(example).map(([name, value]) => [name, pathTo(value, `${path}.${name}`)]))
}

function pathTo(value: unknown, path: string): unknown {
  const [first]: readonly unknown[] = Array.isArray(value) ? value : []
  if (typeof first !== 'object' || first === null) return { '@path': path }
  return { '@arrayPath': [path, nameEach({ ...first }, '$')] }
}
