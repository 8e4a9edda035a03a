const mask = '***'
/** A shorter value is hidden where it stands alone; within other text it would hide half of it. */
const leastWithin = 3

/** The values that a masked copy hides. Pure. */
export function maskedValues(whole: unknown, masked: unknown): ReadonlySet<string> {
  const values = new Set<string>()
  collect(whole, masked, values)
  return values
}

/** The same value with every text and number that holds one of these replaced, however it is written. Pure. */
export function maskValues(value: unknown, hidden: ReadonlySet<string>): unknown {
  if (typeof value === 'string' || typeof value === 'number') return holdsHidden(String(value), hidden) ? mask : value
  if (Array.isArray(value)) return value.map((item) => maskValues(item, hidden))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskValues(inner, hidden)]))
}

function collect(whole: unknown, masked: unknown, values: Set<string>): void {
  if (masked === mask && (typeof whole === 'string' || typeof whole === 'number')) {
    values.add(fold(String(whole)))
    const digits = onlyDigits(String(whole))
    if (digits.length >= 7) values.add(digits)
    return
  }
  if (typeof whole !== 'object' || whole === null || typeof masked !== 'object' || masked === null) return
  for (const [name, inner] of Object.entries(whole)) collect(inner, Reflect.get(masked, name), values)
}

function holdsHidden(text: string, hidden: ReadonlySet<string>): boolean {
  const folded = fold(text)
  const digits = onlyDigits(text)
  return [...hidden].some(
    (value) => folded === value || digits === value || (value.length >= leastWithin && folded.includes(value)),
  )
}

function fold(text: string): string {
  return text.trim().toLowerCase().normalize('NFC')
}

function onlyDigits(text: string): string {
  return text.replaceAll(/\D/g, '')
}
