/** The code of an error, else its name: what may be logged of an error whose message may hold anything. */
export function errorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
