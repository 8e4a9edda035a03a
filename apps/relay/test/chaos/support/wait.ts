const pollMs = 20

/** Resolves so many milliseconds later. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Resolves as soon as it is so, to how long that took in milliseconds; `undefined` when it is not within the limit. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs: number): Promise<number | undefined> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < limitMs) {
    if (await isSo()) return performance.now() - startedAt
    await pause(pollMs)
  }
  return undefined
}
