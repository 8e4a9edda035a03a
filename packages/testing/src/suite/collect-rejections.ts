import { setImmediate } from 'node:timers/promises'

/**
 * Runs a task and returns what was rejected meanwhile without anyone to handle it. Other listeners are set aside for that time, so
 * that a test runner does not end the run.
 */
export async function collectRejections(task: () => Promise<void>): Promise<readonly unknown[]> {
  const rejections: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => rejections.push(reason))
  try {
    await task()
    // Node tells of a rejection after the microtasks of its turn.
    await setImmediate()
    await setImmediate()
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  }
  return rejections
}
