import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { count } from './count.ts'

/** One step of time. */
interface Bar {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly value: number
  /** Stands on top of it, in the colour of what went wrong. */
  readonly badValue: number
}

/** What a chart shows. */
export interface BarChart {
  /** What the bars count: `Delivered per minute`. */
  readonly label: string
  readonly badLabel: string
  readonly bars: readonly Bar[]
}

const height = 72
/** The least that the top of the chart stands for, so that one event is no tower. */
const leastTop = 5

/** Bars over time, drawn on the server: the same without scripts. A pointer over a bar shows its numbers. */
export function barChart({ label, badLabel, bars }: BarChart): Html {
  const peak = Math.max(0, ...bars.map((bar) => bar.value + bar.badValue))
  const scale = height / Math.max(leastTop, peak)
  const [first] = bars
  const drawn = bars.map(({ at, value, badValue }, index) => {
    const [good, bad] = [scale * value, scale * badValue]
    const words = `${toMinute(at)}: ${count(value)} ${label.toLowerCase()}${badValue === 0 ? '' : `, ${count(badValue)} ${badLabel}`}`
    return html`<g class="column"><rect class="hover" x="${index}" y="0" width="1" height="${height}"><title>${words}</title></rect>${rect('bar', index, good, good)}${rect('bar bad', index, good + bad, bad)}</g>`
  })
  return html`<figure class="chart">
<svg viewBox="0 0 ${bars.length} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}, ${count(peak)} at most">
${drawn}<line class="base" x1="0" x2="${bars.length}" y1="${height}" y2="${height}"></line>
</svg>
<figcaption><span class="edge">${first === undefined ? '' : toMinute(first.at)}</span><span>${label}, at most ${count(peak)}</span><span class="edge">now</span></figcaption>
</figure>`
}

function rect(className: string, index: number, top: number, size: number): Html | string {
  if (size === 0) return ''
  return html`<rect class="${className}" x="${index + 0.1}" y="${(height - top).toFixed(2)}" width="0.8" height="${size.toFixed(2)}"></rect>`
}

/** `11-20 14:05` */
function toMinute(at: number): string {
  return new Date(at).toISOString().slice(5, 16).replace('T', ' ')
}
