import type { DestinationVerdict } from './demo-outcome.ts'

/** Whether one destination recorded exactly what was sent, as a sentence. */
export function formatVerdict(verdict: DestinationVerdict): string {
  const { name, expected, arrived, missing, extra, examples } = verdict
  if (missing === 0 && extra === 0) return `${name}: all ${expected} events arrived; 0 missing, 0 extra`
  const hint = examples.length === 0 ? '' : ` (missing: ${examples.join('; ')}${missing > examples.length ? '; …' : ''})`
  return `${name}: ${arrived} of ${expected} events arrived; ${missing} missing, ${extra} extra${hint}`
}
