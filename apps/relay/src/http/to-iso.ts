/** Milliseconds since 1970 as ISO 8601 UTC. */
export function toIso(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
