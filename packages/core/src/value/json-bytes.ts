/** UTF-8 bytes of the value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** Whether the value has at most so many UTF-8 bytes as JSON. It is written out only where the lengths of its texts do not settle that. */
export function fitsJsonBytes(value: unknown, maxBytes: number): boolean {
  return mostBytes(value, 1) <= maxBytes || jsonBytes(value) <= maxBytes
}

const maxLevels = 10

/** At least the UTF-8 bytes of the value as JSON; `Infinity` for what is not plain. */
function mostBytes(value: unknown, level: number): number {
  switch (typeof value) {
    case 'string':
      // An escape has six bytes, and stands for one UTF-16 unit.
      return 6 * value.length + 2
    case 'number':
      return 25
    case 'boolean':
    case 'undefined':
      return 5
    case 'object':
      if (value === null) return 4
      if (level > maxLevels) return Number.POSITIVE_INFINITY
      if (Array.isArray(value)) return mostBytesOfList(value, level)
      return isPlainObject(value) ? mostBytesOfObject(value, level) : Number.POSITIVE_INFINITY
    default:
      return Number.POSITIVE_INFINITY
  }
}

function mostBytesOfList(list: readonly unknown[], level: number): number {
  let bytes = 2
  for (const item of list) bytes += mostBytes(item, level + 1) + 1
  return bytes
}

function mostBytesOfObject(object: Readonly<Record<string, unknown>>, level: number): number {
  let bytes = 2
  for (const name in object) bytes += 6 * name.length + 4 + mostBytes(object[name], level + 1)
  return bytes
}

function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
