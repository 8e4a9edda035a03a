import { SingleBar } from 'cli-progress'
import type { OutputStream } from './command-context.ts'

/** Shows a person how far something is; nothing where nobody watches. */
export interface ProgressBar {
  increment(): void
  update(value: number): void
  stop(): void
}

/** A bar from 0 to `total`. */
export function createProgressBar(stream: OutputStream, total: number): ProgressBar {
  if (stream.isTTY !== true) return { increment: () => undefined, update: () => undefined, stop: () => undefined }
  const bar = new SingleBar({
    stream,
    format: '{bar} {value}/{total} · {eta_formatted} left',
    barCompleteChar: '#',
    barIncompleteChar: '-',
    hideCursor: true,
    gracefulExit: false,
  })
  bar.start(total, 0)
  return bar
}
