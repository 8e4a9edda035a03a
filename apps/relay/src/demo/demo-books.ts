import type { SubtotalEventType } from '@subtotal-connectors/core'
import type { DestinationName, ExpectedWebhook } from './arrival-keys.ts'
import { destinationNames, expectedKeys } from './arrival-keys.ts'
import { createArrivals } from './arrivals.ts'
import type { DemoOutcome } from './demo-outcome.ts'
import { toVerdict } from './demo-outcome.ts'
import type { DemoSnapshot, Happenings } from './demo-snapshot.ts'

/** What a demo keeps count of. */
export interface DemoBooks {
  /** Subtotal posts a webhook. */
  expect(webhook: ExpectedWebhook): void
  /** The relay answered one with this result; `undefined`: it refused it or did not answer. */
  answered(result: string | undefined): void
  /** A mock destination recorded something. */
  arrive(destination: DestinationName, key: string): void
  /** The relay says what became of an attempt. */
  attempted(destination: string, status: string, eventId: string): void
  /** Every destination has what it can still get: all that the relay stored and did not give up. */
  hasEverything(): boolean
  snapshot(): DemoSnapshot
  /** `wanted`: how many webhooks were to be sent; absent: as many as were. */
  outcome(wanted?: number): DemoOutcome
}

/** The profiles of a retailer account are captured without its owner doing anything. */
const happeningOf: Readonly<Partial<Record<SubtotalEventType, keyof Happenings>>> = {
  'account.connected': 'linked',
  'purchase.created': 'bought',
  'connection.unauthenticated': 'lostLogin',
  'connection.reauthenticated': 'loggedInAgain',
  'account.disconnected': 'unlinked',
}

const mostProfiles = 10_000

/** Starts with nothing counted. `elapsedMs`: how long the demo runs. */
export function createDemoBooks(elapsedMs: () => number): DemoBooks {
  const books = {
    braze: { arrivals: createArrivals(), retried: 0, dead: 0 },
    klaviyo: { arrivals: createArrivals(), retried: 0, dead: 0 },
    customerio: { arrivals: createArrivals(), retried: 0, dead: 0 },
  }
  const happenings = { linked: 0, bought: 0, lostLogin: 0, loggedInAgain: 0, unlinked: 0 }
  /** What profiles are known by, as a newer one may go before them. By event. */
  const profiles = new Map<string, Readonly<Record<DestinationName, string>>>()
  let sent = 0
  let received = 0
  let quarantined = 0
  let notStored = 0

  return {
    expect(webhook) {
      sent += 1
      const happening = happeningOf[webhook.eventType]
      if (happening !== undefined) happenings[happening] += 1
      const keys = expectedKeys(webhook)
      for (const name of destinationNames) books[name].arrivals.expect(keys[name])
      if (webhook.eventType.startsWith('profile.')) profiles.set(webhook.id, keys)
      if (profiles.size > mostProfiles) profiles.delete(profiles.keys().next().value ?? '')
    },
    answered(result) {
      if (result !== undefined) received += 1
      if (result === 'quarantined') quarantined += 1
      if (result !== 'stored') notStored += 1
    },
    arrive: (destination, key) => books[destination].arrivals.arrive(key),
    attempted(destination, status, eventId) {
      const name = destinationNames.find((known) => known === destination)
      if (name === undefined) return
      if (status === 'retry' || status === 'held') books[name].retried += 1
      if (status === 'dead') books[name].dead += 1
      const keys = profiles.get(eventId)
      if (status === 'skipped' && keys !== undefined) books[name].arrivals.supersede(keys[name])
    },
    hasEverything: () => destinationNames.every((name) => books[name].arrivals.missing <= notStored + books[name].dead),
    snapshot,
    outcome(wanted) {
      const verdicts = destinationNames.map((name) => toVerdict(name, books[name].arrivals))
      const isComplete = verdicts.every(({ missing, extra }) => missing === 0 && extra === 0)
      return { snapshot: snapshot(), verdicts, isComplete: isComplete && (wanted === undefined || sent === wanted) }
    },
  }

  function snapshot(): DemoSnapshot {
    const destinations = destinationNames.map((name) => {
      const { arrivals, retried, dead } = books[name]
      return { name, delivered: arrivals.arrived, waiting: arrivals.missing, retried, dead }
    })
    return { elapsedMs: elapsedMs(), happenings: { ...happenings }, sent, received, quarantined, destinations }
  }
}
