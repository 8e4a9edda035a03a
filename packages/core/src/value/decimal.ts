/** The decimals of canonical events: plain, or with an exponent, which is bounded because plain text has a zero for each of its steps. */
const decimalShape = /^(-?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i
const moneyShape = /^(?:0|[1-9]\d*)\.\d\d$/

/**
 * The decimal in plain notation, without zeros that say nothing: `"1.60"` → `"1.6"`, `"1e-7"` → `"0.0000001"`. Never rounded.
 *
 * @throws TypeError for what is no decimal
 */
export function toPlainDecimal(decimal: string): string {
  const parts = decimalShape.exec(decimal)
  if (parts === null) throw noDecimal()
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const before = withoutLeadingZeros(digits.slice(0, Math.max(point, 0)).padEnd(point, '0'))
  const after = withoutTrailingZeros('0'.repeat(Math.max(-point, 0)) + digits.slice(Math.max(point, 0)))
  const plain = after === '' ? before : `${before}.${after}`
  return plain === '0' ? plain : sign + plain
}

/**
 * The decimal in plain notation with at least two places: `"1.6"` → `"1.60"`, `"1.234"` → `"1.234"`. Never rounded.
 *
 * @throws TypeError for what is no decimal
 */
export function toMoneyString(decimal: string): string {
  if (moneyShape.test(decimal)) return decimal
  const plain = toPlainDecimal(decimal)
  const point = plain.indexOf('.')
  return point === -1 ? `${plain}.00` : plain.padEnd(point + 3, '0')
}

/**
 * The decimal as the nearest JavaScript number: `"44.64"` → `44.64`.
 *
 * @throws TypeError for what is no decimal
 */
export function toMoneyNumber(decimal: string): number {
  if (!decimalShape.test(decimal)) throw noDecimal()
  return Number(decimal)
}

/** The sum of numbers as they are written, without the errors of binary fractions: 0.1 and 0.2 are 0.3. */
export function sumOf(numbers: readonly number[]): number {
  const decimals = numbers.map((number) => toPlainDecimal(String(number)))
  const places = decimals.reduce((most, decimal) => Math.max(most, placesOf(decimal)), 0)
  const units = decimals.map((decimal) => BigInt(decimal.replace('.', '') + '0'.repeat(places - placesOf(decimal))))
  return Number(`${units.reduce((sum, unit) => sum + unit, 0n)}e-${places}`)
}

function noDecimal(): TypeError {
  return new TypeError('The amount is not a decimal.')
}

function placesOf(plain: string): number {
  const point = plain.indexOf('.')
  return point === -1 ? 0 : plain.length - point - 1
}

function withoutLeadingZeros(digits: string): string {
  let start = 0
  while (start < digits.length - 1 && digits[start] === '0') start += 1
  return digits === '' ? '0' : digits.slice(start)
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}
