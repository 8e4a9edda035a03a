const longestTurnMs = 20

/**
 * Returns a function that says whether to go on at once (`undefined`), or, when this turn of the event loop has gone on for over 20 ms, in
 * the next one. The store answers without waiting for anything, and a connector may too (when it skips everything): without a pause such a lane would keep
 * webhooks and everybody else waiting until its backlog is gone.
 */
export function fairTurns(elapsed: () => number): () => Promise<void> | undefined {
  let startedAt: number | undefined
  return () => {
    if (startedAt !== undefined) {
      return elapsed() - startedAt > longestTurnMs ? new Promise((resolve) => setImmediate(resolve)) : undefined
    }
    startedAt = elapsed()
    setImmediate(() => {
      startedAt = undefined
    })
    return undefined
  }
}
