/** Since when a value is the same, by what it is told of it: `null` is no value, which stands at no time. */
export function unmovedFor(): (value: string | null, now: number) => number {
  let seen: { readonly value: string; readonly at: number } | undefined
  return (value, now) => {
    if (value === null) seen = undefined
    else if (seen?.value !== value) seen = { value, at: now }
    return seen === undefined ? 0 : now - seen.at
  }
}
