const tailLength = 7

/** The last seven digits of what may be a phone number, however its country and area are written; `undefined` for other values. */
export function phoneTail(value: string): string | undefined {
  if (!/^[+(]?\d[\d\s().-]+$/.test(value.trim())) return undefined
  const digits = digitsOf(value)
  return digits.length >= tailLength && digits.length <= 17 ? digits.slice(-tailLength) : undefined
}

/** Whether the digits of a text, whatever stands between them, hold one of the tails. */
export function holdsPhone(text: string, tails: ReadonlySet<string>): boolean {
  const digits = digitsOf(text)
  for (let start = 0; start + tailLength <= digits.length; start += 1) {
    if (tails.has(digits.slice(start, start + tailLength))) return true
  }
  return false
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}
