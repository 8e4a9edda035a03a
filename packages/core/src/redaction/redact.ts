const placeholder = '[redacted]'
const maxLength = 2_000

const shapes: readonly RegExp[] = [
  // Emails, also percent-encoded.
  /[^\s"'<>()[\]{},;:=]+(?:@|%40)[^\s"'<>()[\]{},;:]+/gi,
  // Credentials: a scheme with what follows it, prefixed keys, and long runs that no ULID, UUID or word has.
  /\b(?:bearer|basic|klaviyo-api-key)\s+[^\s"',;]+/gi,
  /\b(?:pk|sk|key|whsec|api)_[A-Za-z0-9_-]{6,}/gi,
  /(?=[A-Za-z_+=]*\d)[A-Za-z0-9_+=]{32,}/g,
  // Phone numbers: international, North American with separators, or ten digits and more.
  /\+\d[\d\s().-]{5,}\d/g,
  /(?<!\w)\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\w)/g,
  /(?<!\w)\d{10,15}(?!\w)/g,
]

/** What must not appear in a text that leaves the connector. */
export interface Sensitive {
  /** Keys, and values of the event's own person: replaced wherever they stand. */
  readonly values: readonly string[]
  /** Words of all persons of the same request, lower-case, see {@link wordsOf}: replaced where they stand as a word. */
  readonly words: ReadonlySet<string>
}

/**
 * A destination's words without keys and without what they say about people: every given value, anything shaped like an email,
 * a phone number or a key, and every given word. At most 2,000 characters.
 */
export function redact(text: string, { values, words }: Sensitive): string {
  let result = unescapeJson(text.slice(0, maxLength * 2))
  for (const value of values) result = replaceValue(result, value)
  for (const shape of shapes) result = result.replace(shape, placeholder)
  if (words.size > 0) {
    result = result.replace(/[\p{L}\p{N}]+/gu, (word) => (words.has(word.toLowerCase()) ? placeholder : word))
  }
  return result.slice(0, maxLength)
}

/** The words of values, lower-case; short ones would shred the text and are left out. */
export function wordsOf(values: Iterable<string>): Set<string> {
  const words = new Set<string>()
  for (const value of values) {
    for (const word of value.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []) words.add(word)
  }
  return words
}

function replaceValue(text: string, value: string): string {
  if (value === '') return text
  let result = text
  for (const form of new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())])) {
    if (!result.toLowerCase().includes(form.toLowerCase())) continue
    const escaped = form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    // A short value is a word of its own or nothing: "Al" is not to be cut out of "already".
    const pattern = form.length < 4 ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped
    result = result.replace(new RegExp(pattern, 'giu'), placeholder)
    // Some letters change their number when their case changes; then the whole text goes.
    if (form.length >= 4 && result.toLowerCase().includes(form.toLowerCase())) return placeholder
  }
  return result
}

/** `\u00eb` → `ë`: a name is found however it is written. */
function unescapeJson(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
