import { decodeEscapes } from './decode-escapes.ts'
import { holdsPhone, phoneTail } from './phone-tail.ts'

const placeholder = '[redacted]'
const maxLength = 2_000

const shapes: readonly RegExp[] = [
  // Emails. Looked for from the start of a run of characters only, so that a long run costs no more than its length.
  /(?<![^\s"'<>()[\]{},;:=])[^\s"'<>()[\]{},;:=]+@[^\s"'<>()[\]{},;:]+/g,
  // Credentials: a scheme with what follows it, prefixed keys, and long runs that no ULID, UUID or word has.
  /\b(?:bearer|basic|klaviyo-api-key)\s+[^\s"',;]+/gi,
  /\b(?:pk|sk|key|whsec|api)_[A-Za-z0-9_-]{6,}/gi,
  /(?<![A-Za-z0-9_+=])(?=[A-Za-z_+=]*\d)[A-Za-z0-9_+=]{32,}/g,
  // Phone numbers: international, North American with separators, or ten digits and more.
  /\+\d[\d\s().-]{5,}\d/g,
  /(?<!\w)\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}(?!\w)/g,
  /(?<!\w)\d{10,15}(?!\w)/g,
]

const words = /[\p{L}\p{N}\p{M}]+/gu
const digitGroups = /[+(]?\d(?:[\s().-]{0,3}\d){6,24}/g

/** What must not appear in a text that leaves the connector. */
export interface Sensitive {
  /** Keys, and values of the event's own person: replaced wherever they stand. */
  readonly values: readonly string[]
  /** Words of all persons of the same request, see {@link wordsOf}: replaced where they stand as a word. */
  readonly words: ReadonlySet<string>
}

/**
 * A destination's words without keys and without what they say about people: every given value, anything shaped like an email,
 * a phone number or a key, and every given word, with or without accents. Escapes of URLs, JSON and HTML are read first, and
 * so are not kept. At most 2,000 characters.
 */
export function redact(text: string, sensitive: Sensitive): string {
  const longest = sensitive.values.reduce((most, value) => Math.max(most, value.length), 0)
  // Whatever is cut in two at the end of what is looked at could not be recognised: so much of the end is not shown.
  const unsure = Math.min(maxLength, Math.max(300, 3 * longest))
  const read = 2 * maxLength + unsure
  const result = redactAll(decodeEscapes(text.slice(0, read)), sensitive)
  return (text.length > read ? result.slice(0, -unsure) : result).slice(0, maxLength)
}

/** The words of values without case and accents, and the ends of phone numbers; short words would shred the text and are left out. */
export function wordsOf(values: Iterable<string>): Set<string> {
  const found = new Set<string>()
  for (const value of values) {
    for (const word of value.normalize('NFC').match(words) ?? []) if (fold(word).length >= 3) found.add(fold(word))
    const tail = phoneTail(value)
    if (tail !== undefined) found.add(tail)
  }
  return found
}

function redactAll(text: string, sensitive: Sensitive): string {
  let result = text
  for (const value of sensitive.values) result = replaceValue(result, value.normalize('NFC'))
  for (const shape of shapes) result = result.replace(shape, placeholder)
  if (sensitive.words.size === 0) return result
  return result
    .replace(digitGroups, (group) => (holdsPhone(group, sensitive.words) ? placeholder : group))
    .replace(words, (word) => (sensitive.words.has(fold(word)) ? placeholder : word))
}

function fold(word: string): string {
  return word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
}

function replaceValue(text: string, value: string): string {
  if (value === '') return text
  let result = text
  for (const form of new Set([value, decodeEscapes(value), JSON.stringify(value).slice(1, -1), value.replaceAll(' ', '+')])) {
    if (form === '' || !result.toLowerCase().includes(form.toLowerCase())) continue
    const escaped = form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    // A short value is a word of its own or nothing: "Al" is not to be cut out of "already".
    const pattern = form.length < 4 ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped
    result = result.replace(new RegExp(pattern, 'giu'), placeholder)
    // Some letters change their number when their case changes; then the whole text goes.
    if (form.length >= 4 && result.toLowerCase().includes(form.toLowerCase())) return placeholder
  }
  return result
}
