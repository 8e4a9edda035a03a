import fc from 'fast-check'

/** Text of any UTF-16 code units, lone surrogates too. Cheaper to set up than fast-check's own `binary` unit, which takes a second. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units))
