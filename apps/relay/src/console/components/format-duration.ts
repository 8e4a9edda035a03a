const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const

/** A duration in its two largest units: `2 d 3 h`, `4 min 10 s`, `0.4 s`. Milliseconds. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${Number((ms / 1_000).toFixed(ms < 1_000 ? 2 : 1))} s`
  const index = units.findIndex((unit) => ms >= unit.ms)
  const [large, small] = [units[index], units[index + 1]]
  if (large === undefined) return '0 s'
  const count = Math.floor(ms / large.ms)
  const rest = small === undefined ? 0 : Math.floor((ms - count * large.ms) / small.ms)
  return rest === 0 || small === undefined ? `${count} ${large.name}` : `${count} ${large.name} ${rest} ${small.name}`
}
