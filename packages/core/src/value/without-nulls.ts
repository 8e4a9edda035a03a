/** The object without the members that are `null` or `undefined`. */
export function withoutNulls(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(object)
  if (names.every((name) => isThere(object[name]))) return { ...object }
  const kept: Record<string, unknown> = {}
  for (const name of names) {
    const value = object[name]
    if (!isThere(value)) continue
    // Assigned, a member of this name would become the prototype.
    if (name === '__proto__') Object.defineProperty(kept, name, { value, enumerable: true, configurable: true, writable: true })
    else kept[name] = value
  }
  return kept
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined
}
