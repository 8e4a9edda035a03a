/** From at once to the age at which deliveries are given up; milliseconds. Between two bounds one is about three times the other. */
const bounds = [
  100, 250, 500, 1_000, 2_500, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000, 43_200_000, 259_200_000,
] as const

/** The class of a latency: that of the first bound which it does not pass. */
export function latencyClass(ms: number): number {
  const index = bounds.findIndex((bound) => ms <= bound)
  return index === -1 ? bounds.length : index
}

/**
 * The latency that the given part of all deliveries do not pass, estimated from how many there are of each class; `null` without any.
 * Beyond the last bound it is that bound.
 */
export function latencyQuantile(counts: ReadonlyMap<number, number>, part: number): number | null {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let below = 0
  for (const [index, bound] of bounds.entries()) {
    const count = counts.get(index) ?? 0
    if (count > 0 && below + count >= part * total) {
      const lower = bounds[index - 1] ?? 0
      return lower + (bound - lower) * Math.max(0, (part * total - below) / count)
    }
    below += count
  }
  return bounds[bounds.length - 1] ?? null
}
