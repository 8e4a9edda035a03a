/** A UPC-A of twelve digits: the eleven given and their check digit. Throws a `RangeError` for anything but eleven digits. */
export function upcA(elevenDigits: string): string {
  if (!/^\d{11}$/.test(elevenDigits)) throw new RangeError('a UPC-A is made of eleven digits')
  const sum = [...elevenDigits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0)
  return elevenDigits + String((10 - (sum % 10)) % 10)
}
