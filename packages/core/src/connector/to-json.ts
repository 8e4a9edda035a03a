/** The value as `JSON.stringify` writes it; objects that are in `texts` are not written anew. */
export function toJson(value: unknown, texts: ReadonlyMap<unknown, string>): string {
  const known = texts.get(value)
  if (known !== undefined) return known
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item, texts)).join(',')}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function')
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${toJson(member, texts)}`).join(',')}}`
}
