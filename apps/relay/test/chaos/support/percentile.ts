/** The value that so large a share of the values does not pass; 0 without any. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** `12.3 ms` */
export function inMs(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`
}
