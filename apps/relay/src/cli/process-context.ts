import process from 'node:process'
import type { CommandContext } from './command-context.ts'

const repeatedSignalMs = 1000

/**
 * The context of the real process. The first SIGINT or SIGTERM asks the command to end; one that comes more than a second later
 * ends the process at once. A second one right after the first is no second wish: a terminal and the launcher each pass it on.
 */
export function processContext(): CommandContext {
  endQuietlyWithoutReader(process.stdout)
  return {
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    stopSignal: listenForStop,
  }
}

function listenForStop(): AbortSignal {
  const controller = new AbortController()
  let firstAt: number | undefined
  const onSignal = () => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt > repeatedSignalMs) process.exit(1)
    firstAt ??= now
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return controller.signal
}

function endQuietlyWithoutReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}
