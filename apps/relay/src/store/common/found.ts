/** What a part of a search found: positions, the newest first. */
export interface Found {
  readonly positions: readonly number[]
  /** Everything from this position on was looked at; 0: everything. */
  readonly through: number
}

/** Which positions are on a page, and where the next one begins; `null`: nothing is left. */
export interface FoundPage {
  readonly positions: readonly number[]
  readonly nextCursor: number | null
}

/** The newest of what several searches found, each once, as far as all of them have looked. */
export function newestOf(parts: readonly Found[]): Found {
  const through = Math.max(0, ...parts.map((part) => part.through))
  const positions = new Set(parts.flatMap((part) => part.positions))
  return {
    positions: [...positions].filter((position) => position >= through).toSorted((one, other) => other - one),
    through,
  }
}

/** One page of what was found, where one position more than the page holds was looked for. */
export function toFoundPage({ positions, through }: Found, limit: number): FoundPage {
  const shown = positions.slice(0, limit)
  const last = shown.at(-1)
  if (positions.length > limit && last !== undefined) return { positions: shown, nextCursor: last }
  return { positions: shown, nextCursor: through > 0 ? through : null }
}
