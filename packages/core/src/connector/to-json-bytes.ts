/** A part of a JSON document that is written already. */
export interface JsonText {
  readonly text: string
  /** UTF-8 bytes of the text. */
  readonly bytes: number
}

/**
 * The value as `JSON.stringify` writes it, in UTF-8; objects that are in `known` are not written anew. No string holds the whole:
 * joining it would copy it, and one character beyond Latin-1 would double it and make it slow to encode.
 */
export function toJsonBytes(value: unknown, known: ReadonlyMap<unknown, JsonText>): Buffer {
  const parts: JsonText[] = []
  addParts(parts, value, known)
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + part.bytes, 0))
  let end = 0
  for (const { text } of parts) end += bytes.write(text, end)
  return bytes
}

const comma = toPart(',')

function addParts(parts: JsonText[], value: unknown, known: ReadonlyMap<unknown, JsonText>): void {
  const written = known.get(value)
  if (written !== undefined) {
    parts.push(written)
  } else if (typeof value !== 'object' || value === null || 'toJSON' in value) {
    parts.push(toPart(JSON.stringify(value) ?? 'null'))
  } else if (Array.isArray(value)) {
    parts.push(toPart('['))
    for (const [index, item] of value.entries()) {
      if (index > 0) parts.push(comma)
      addParts(parts, item, known)
    }
    parts.push(toPart(']'))
  } else {
    const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function')
    parts.push(toPart('{'))
    for (const [index, [name, member]] of members.entries()) {
      parts.push(toPart(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`))
      addParts(parts, member, known)
    }
    parts.push(toPart('}'))
  }
}

function toPart(text: string): JsonText {
  return { text, bytes: Buffer.byteLength(text) }
}
