import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import type { Store, Verdict } from '../../src/store/store.ts'

/** What the destinations of these tests find a customer by. */
export type Identifier = keyof Customer

/** Destinations and what relays do for them, in turns, without a clock. */
export interface IdentityWorld {
  /** What arrived, in order. */
  readonly arrived: readonly { readonly destination: string; readonly event: SubtotalEvent }[]
  /** Attempts everything that is due. Whether anything was. */
  attempt(): Promise<boolean>
  /** One step of the relay's own replays. Whether it did anything. */
  step(): Promise<boolean>
  /** Goes on until nothing is left to do. Fails when it does not end. */
  settle(): Promise<void>
}

const leaseMs = 60_000
const mostRounds = 1_000
/** At a time, so that a replay takes several steps. */
const replayed = 5

/** `store`: the one that is open now. `destinations`: what each finds a customer by. An event without that is a dead letter. */
export function identityWorld(
  store: () => Store,
  destinations: Readonly<Record<string, Identifier>>,
  now: number,
): IdentityWorld {
  const names = Object.keys(destinations)
  const arrived: { destination: string; event: SubtotalEvent }[] = []

  async function attemptAt(destination: string, identifier: Identifier): Promise<boolean> {
    const claim = { destination, now, limit: 1_000, maxBytes: 1e9, leaseUntil: now + leaseMs, leaseToken: 'mine' }
    const { deliveries } = await store().claim(claim)
    const settlements = deliveries.map(({ id, event }) => {
      if (event.customer[identifier] === null) return { deliveryId: id, verdict: unidentified }
      arrived.push({ destination, event })
      return { deliveryId: id, verdict: { status: 'delivered' } as const }
    })
    await store().settle({ leaseToken: 'mine', now, settlements })
    return deliveries.length > 0
  }

  async function attempt(): Promise<boolean> {
    let isAny = false
    for (const name of names) isAny = (await attemptAt(name, destinations[name] ?? 'email')) || isAny
    return isAny
  }

  async function step(): Promise<boolean> {
    const { replays, hasMore } = await store().advanceIdentities({ now, destinations: names })
    let isAny = hasMore || replays.length > 0
    for (const destination of names) {
      isAny = (await store().advanceReplay({ destination, limit: replayed, now })) !== undefined || isAny
    }
    return isAny
  }

  return {
    arrived,
    attempt,
    step,
    async settle() {
      for (let round = 0; round < mostRounds; round += 1) {
        const hasAttempted = await attempt()
        const hasStepped = await step()
        if (!hasAttempted && !hasStepped) return
      }
      throw new Error('It does not end.')
    },
  }
}

const message = 'The customer has no such identifier.'

/** What becomes of an event that lacks what its destination finds customers by. */
export const unidentified: Extract<Verdict, { status: 'dead' }> = {
  status: 'dead',
  failure: { outcome: 'rejected', code: 'ERR_NO_IDENTIFIER', message, status: null },
  code: 'ERR_NO_IDENTIFIER',
  message,
}
