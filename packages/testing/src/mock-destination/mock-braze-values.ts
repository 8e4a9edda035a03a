/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a string with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

/** How many characters a person would count. */
export function characters(text: string): number {
  return [...text].length
}

/** UTF-8 bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}

const timeShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:[.:]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/

/** Milliseconds of a time as Braze takes it: ISO 8601 or `yyyy-MM-dd'T'HH:mm:ss:SSSZ`; `undefined` when it is neither. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !timeShape.test(value)) return undefined
  const milliseconds = Date.parse(value.replace(/(T\d{2}:\d{2}:\d{2}):/, '$1.'))
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

/** Every value inside a value, with the value itself. */
export function* valuesWithin(value: unknown): Generator<unknown> {
  yield value
  if (Array.isArray(value)) for (const item of value) yield* valuesWithin(item)
  else if (isObject(value)) for (const member of Object.values(value)) yield* valuesWithin(member)
}
