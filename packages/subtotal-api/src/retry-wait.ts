const firstWaitMs = 500

/**
 * How long to wait before a repeat, counted from 1: half to all of 0.5 s, 1 s, 2 s, …, and never less than Subtotal asks for.
 */
export function retryWaitMs(repeat: number, retryAfterMs: number | undefined, random: number = Math.random()): number {
  const ladder = firstWaitMs * 2 ** (repeat - 1)
  return Math.ceil(Math.max(ladder * (0.5 + random / 2), retryAfterMs ?? 0))
}
