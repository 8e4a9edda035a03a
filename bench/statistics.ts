/** The middle one of some values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that so large a part of the values lies below. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN
}
