import { sealedMark } from '../../encryption/sealer.ts'

/**
 * A further condition, of rows whose body is sealed with none of the keys that this relay lacks. `ids`: where these are bound. Nothing, where
 * it lacks none: to read every body takes time.
 */
export function isReadable(body: string, lacking: readonly string[], ids: string): string {
  if (lacking.length === 0) return ''
  return ` AND NOT (starts_with(${body}, '${sealedMark}') AND split_part(left(${body}, 64), ':', 3) = ANY(${ids}::text[]))`
}
