import type { ReplaySelection } from '../operations-store.ts'

/** So many letters and events are looked at in one step. */
export const identityStepSize = 100
/** The most of one replay of the relay's own, so that one that an operator asks for has its turn. */
export const identityReplaySize = 1_000

/** What the relay replays by itself at a destination. */
export function identifiedLetters(destination: string): ReplaySelection {
  const filter = { status: 'dead', destination, code: 'ERR_NO_IDENTIFIER', identified: true } as const
  return { kind: 'deliveries', filter, repeatDelivered: false }
}
