import Big from 'big.js'

/** The decimal in plain notation with at least two places: `"1.6"` → `"1.60"`, `"1.234"` → `"1.234"`. Never rounded. */
export function toMoneyString(decimal: string): string {
  const value = new Big(decimal)
  const plain = value.toFixed()
  const places = plain.split('.')[1]?.length ?? 0
  return places < 2 ? value.toFixed(2) : plain
}

/** The decimal as the nearest JavaScript number: `"44.64"` → `44.64`. */
export function toMoneyNumber(decimal: string): number {
  return new Big(decimal).toNumber()
}
