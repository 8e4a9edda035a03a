import type { BrazeItemError } from './braze-answer.ts'
import type { BrazeArray, BrazeObject } from './braze-objects.ts'
import { arrayOf } from './braze-objects.ts'

/** Braze's words, by what they are about. */
export interface PlacedErrors {
  /** One for each object of the request, in order: what Braze says of it, or `undefined`. */
  readonly byObject: readonly (string | undefined)[]
  /** What is about no object of the request. */
  readonly unplaced: readonly string[]
}

/** Finds the objects that errors are about: `index` counts within its own array of the request, not over all of them. */
export function placeErrors(errors: readonly BrazeItemError[], objects: readonly BrazeObject[]): PlacedErrors {
  const positions: Record<BrazeArray, number[]> = { attributes: [], events: [] }
  for (const [position, object] of objects.entries()) positions[arrayOf(object)].push(position)

  const words: Set<string>[] = objects.map(() => new Set())
  const unplaced = new Set<string>()
  for (const { type, place } of errors) {
    const position = place === undefined ? undefined : positions[place.array][place.index]
    const about = position === undefined ? undefined : words[position]
    ;(about ?? unplaced).add(type)
  }
  return { byObject: words.map((set) => (set.size === 0 ? undefined : [...set].join('; '))), unplaced: [...unplaced] }
}
