/** Values that are there, each once, in the order of their first appearance. */
export function distinct(values: Iterable<string | null | undefined>): string[] {
  const seen = new Set<string>()
  for (const value of values) if (value !== null && value !== undefined && value !== '') seen.add(value)
  return [...seen]
}
