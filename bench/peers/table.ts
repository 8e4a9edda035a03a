import type { Measurement } from './measure.ts'
import type { Scenario } from './scenarios.ts'

/** All rounds of one row. */
export interface Row {
  readonly scenario: Scenario
  readonly measurements: readonly Measurement[]
}

const columns = [
  'sender',
  'maps',
  'events/s',
  'CPU µs/event',
  'ours ÷ it',
  'requests',
  'sockets',
  'largest body',
  'body bytes/event',
]

/** A Markdown table of medians for the rows of one destination, ours first. */
export function toTable(rows: readonly Row[], events: number): string {
  const ours = rows[0] === undefined ? Number.NaN : cpuPerEvent(rows[0], events)
  const lines = rows.map((row) => {
    const of = (pick: (measurement: Measurement) => number) => median(row.measurements.map(pick))
    const cpu = cpuPerEvent(row, events)
    return [
      row.scenario.label,
      row.scenario.maps ? 'yes' : 'no',
      Math.round(of(({ wallMs }) => (events / wallMs) * 1_000)).toLocaleString('en'),
      cpu.toFixed(1),
      row === rows[0] ? '' : (ours / cpu).toFixed(2),
      of(({ requests }) => requests).toLocaleString('en'),
      String(of(({ sockets }) => sockets)),
      of(({ largestBody }) => largestBody).toLocaleString('en'),
      Math.round(of(({ bytes }) => bytes / events)).toLocaleString('en'),
    ]
  })
  return [columns, columns.map((_, index) => (index < 2 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** The middle value; of an even number, the upper one of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function cpuPerEvent({ measurements }: Row, events: number): number {
  return median(measurements.map(({ cpuMicros }) => cpuMicros / events))
}
