/** Compares what one destination was meant to get with what it recorded. Remembers only what is still on its way. */
export interface Arrivals {
  /** The destination is meant to get this, once more if it was said before. Call it before the webhook is sent. */
  expect(key: string): void
  /** The destination recorded this. */
  arrive(key: string): void
  /** How many were expected. */
  readonly expected: number
  /** How many of those were recorded. */
  readonly arrived: number
  /** Expected and not recorded. */
  readonly missing: number
  /** Recorded without being expected, or once more than expected. */
  readonly extra: number
  /** Some of the keys that are missing, for a person. */
  examples(count: number): readonly string[]
}

/** Starts with nothing expected. */
export function createArrivals(): Arrivals {
  const onTheirWay = new Map<string, number>()
  let expected = 0
  let arrived = 0
  let extra = 0
  return {
    expect(key) {
      onTheirWay.set(key, (onTheirWay.get(key) ?? 0) + 1)
      expected += 1
    },
    arrive(key) {
      const times = onTheirWay.get(key)
      if (times === undefined) {
        extra += 1
        return
      }
      if (times === 1) onTheirWay.delete(key)
      else onTheirWay.set(key, times - 1)
      arrived += 1
    },
    get expected() {
      return expected
    },
    get arrived() {
      return arrived
    },
    get missing() {
      return expected - arrived
    },
    get extra() {
      return extra
    },
    examples: (count) => [...onTheirWay.keys()].slice(0, count),
  }
}
