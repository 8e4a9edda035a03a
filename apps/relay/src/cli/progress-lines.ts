import type { Clock } from '../clock/clock.ts'
import type { OutputStream } from './command-context.ts'
import type { ProgressBar } from './progress-bar.ts'

const betweenLinesMs = 10_000

/** Tells a log how far something long is, which a bar would fill: in a line every ten seconds, and in one when all of it is done. */
export function createProgressLines(
  stream: OutputStream,
  { elapsed }: Pick<Clock, 'elapsed'>,
): Pick<ProgressBar, 'update' | 'stop'> {
  let toldAt = elapsed()
  let told = 0
  return {
    update(value, more) {
      const isDone = value === more?.total && value !== told
      if (more === undefined || (!isDone && elapsed() - toldAt < betweenLinesMs)) return
      toldAt = elapsed()
      told = value
      stream.write(`${value} of ${more.total} ${more.note} (${Math.floor((100 * value) / more.total)} %)\n`)
    },
    stop: () => undefined,
  }
}
