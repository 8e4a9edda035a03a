/**
 * Revisions that Klaviyo published, oldest first; beta revisions are left out.
 *
 * @see https://github.com/klaviyo/openapi
 */
const revisions: readonly string[] = [
  '2022-10-17',
  '2023-01-24',
  '2023-02-22',
  '2023-06-15',
  '2023-07-15',
  '2023-08-15',
  '2023-09-15',
  '2023-10-15',
  '2023-12-15',
  '2024-02-15',
  '2024-05-15',
  '2024-06-15',
  '2024-07-15',
  '2024-10-15',
  '2025-01-15',
  '2025-04-15',
  '2025-07-15',
  '2025-10-15',
  '2026-01-15',
  '2026-04-15',
  '2026-07-15',
]

const yearsOfLife = 2

/**
 * Whether a revision is retired: one year stable, one year deprecated, then gone.
 *
 * @see https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy
 */
export function isRetired(revision: string, nowMs: number): boolean {
  const end = new Date(`${revision.slice(0, 10)}T00:00:00Z`)
  end.setUTCFullYear(end.getUTCFullYear() + yearsOfLife)
  return end.getTime() <= nowMs
}

/** The revision whose rules apply: a retired one falls forward to the oldest that lives. */
export function effectiveRevision(revision: string, nowMs: number): string {
  if (!isRetired(revision, nowMs)) return revision
  return revisions.find((known) => !isRetired(known, nowMs)) ?? revisions.at(-1) ?? revision
}
