/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number
  /** True in this share of calls, 0 to 1. */
  chance(share: number): boolean
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** That many different members of a list, or all of them in another order. */
  sample<T>(list: readonly T[], count: number): readonly T[]
}

/** A generator of 32-bit state (Mulberry32): enough for test data, not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  function integer(least: number, most: number): number {
    return least + Math.floor(next() * (most - least + 1))
  }
  function pick<T>(list: readonly T[]): T {
    const [one] = list.slice(integer(0, list.length - 1))
    if (one === undefined) throw new RangeError('cannot pick from an empty list')
    return one
  }
  return {
    next,
    integer,
    pick,
    chance: (share) => next() < share,
    sample: (list, count) =>
      list
        .map((member) => ({ member, order: next() }))
        .sort((left, right) => left.order - right.order)
        .slice(0, count)
        .map(({ member }) => member),
  }
}
