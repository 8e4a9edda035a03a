import type { DestinationVerdict } from './demo-outcome.ts'

/** Whether one destination recorded exactly what was sent, as a sentence. */
export function formatVerdict(verdict: DestinationVerdict): string {
  const { name, expected, arrived, superseded, missing, extra, examples } = verdict
  const skipped = superseded === 0 ? '' : `, ${superseded} skipped for a newer profile`
  if (missing === 0 && extra === 0 && superseded === 0) return `${name}: all ${expected} events arrived; 0 missing, 0 extra`
  const hint = examples.length === 0 ? '' : ` (missing: ${examples.join('; ')}${missing > examples.length ? '; …' : ''})`
  return `${name}: ${arrived} of ${expected} events arrived${skipped}; ${missing} missing, ${extra} extra${hint}`
}
