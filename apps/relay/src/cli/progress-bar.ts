import { SingleBar } from 'cli-progress'
import type { OutputStream } from './command-context.ts'

/** What may become known, or change, on the way. */
interface ProgressNote {
  readonly total: number
  readonly note: string
}

/** Shows a person how far something is; nothing where nobody watches. */
export interface ProgressBar {
  increment(): void
  update(value: number, more?: ProgressNote): void
  stop(): void
}

/** A bar from 0 to `total`. */
export function createProgressBar(stream: OutputStream, total: number): ProgressBar {
  if (stream.isTTY !== true) return { increment: () => undefined, update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    stream,
    format: '{bar} {value}/{total} · {note}{eta_formatted} left',
    barCompleteChar: '#',
    barIncompleteChar: '-',
    hideCursor: true,
    gracefulExit: false,
  })
  bar.start(total, 0, { note: '' })
  return {
    increment: () => bar.increment(),
    update(value, more) {
      if (more !== undefined) bar.setTotal(more.total)
      bar.update(value, { note: more === undefined ? '' : `${more.note} · ` })
    },
    stop: () => bar.stop(),
  }
}
