/** Compares what one destination was meant to get with what it recorded. Remembers only what is still on its way. */
export interface Arrivals {
  /** The destination is meant to get this, once more if it was said before. Call it before the webhook is sent. */
  expect(key: string): void
  /** The destination recorded this. */
  arrive(key: string): void
  /** The destination is not meant to get this any more: a newer one went before it. */
  supersede(key: string): void
  /** How many were expected. */
  readonly expected: number
  /** How many of those were recorded. */
  readonly arrived: number
  /** How many of those a newer one went before. */
  readonly superseded: number
  /** Expected and neither recorded nor superseded. */
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
  let superseded = 0

  /** `false`: it is not on its way. */
  function end(key: string): boolean {
    const times = onTheirWay.get(key)
    if (times === undefined) return false
    if (times === 1) onTheirWay.delete(key)
    else onTheirWay.set(key, times - 1)
    return true
  }

  return {
    expect(key) {
      onTheirWay.set(key, (onTheirWay.get(key) ?? 0) + 1)
      expected += 1
    },
    arrive(key) {
      if (end(key)) arrived += 1
      else extra += 1
    },
    supersede(key) {
      if (end(key)) superseded += 1
    },
    get expected() {
      return expected
    },
    get arrived() {
      return arrived
    },
    get superseded() {
      return superseded
    },
    get missing() {
      return expected - arrived - superseded
    },
    get extra() {
      return extra
    },
    examples: (count) => [...onTheirWay.keys()].slice(0, count),
  }
}
