const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const exact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** A number with its thousands apart: `12,345`; a small fraction to one decimal: `0.3`. */
export function count(value: number): string {
  return (value < 10 ? exact : whole).format(value)
}
