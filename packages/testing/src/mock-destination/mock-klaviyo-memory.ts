import { type AcceptedKlaviyoEvent, type KlaviyoEntry, toAcceptedEvent } from './mock-klaviyo-event.ts'
import { klaviyoLosses } from './mock-klaviyo-losses.ts'

/** An event that Klaviyo answers 202 and never shows. */
export interface LostKlaviyoEvent {
  /** The name of one of `klaviyoLosses`. */
  readonly loss: string
  readonly event: AcceptedKlaviyoEvent
}

/** What a mock Klaviyo remembers between requests. */
export interface KlaviyoMemory {
  /** In order. */
  readonly lost: readonly LostKlaviyoEvent[]
  /** How many events were ignored because their key came before. */
  readonly duplicates: number
  /** Takes an event that broke no rule; the result is what is kept of it, if anything is. */
  take(entry: KlaviyoEntry): AcceptedKlaviyoEvent | undefined
  clear(): void
}

/** Starts without any event. Grows by one key an event. */
export function createKlaviyoMemory(): KlaviyoMemory {
  const lost: LostKlaviyoEvent[] = []
  const keys = new Set<string>()
  const metricsWithValue = new Set<string>()
  let duplicates = 0
  return {
    lost,
    get duplicates() {
      return duplicates
    },
    take(entry) {
      const event = toAcceptedEvent(entry)
      const loss = klaviyoLosses.find((candidate) => candidate.isLost(entry))
      if (loss !== undefined) {
        lost.push({ loss: loss.name, event })
        return undefined
      }
      const key = deduplicationKey(event)
      if (keys.has(key)) {
        duplicates += 1
        return undefined
      }
      keys.add(key)
      if (event.value !== null) metricsWithValue.add(event.metric)
      return event.value === null && metricsWithValue.has(event.metric) ? { ...event, value: 0 } : event
    },
    clear() {
      lost.length = 0
      keys.clear()
      metricsWithValue.clear()
      duplicates = 0
    },
  }
}

/** Profile, metric and `unique_id`, or the second when there is none. Profiles are told apart by their first identifier; the mock merges none. */
export function deduplicationKey({ profile, metric, uniqueId, time }: AcceptedKlaviyoEvent): string {
  const email = profile['email']
  const person = [
    typeof email === 'string' ? email.toLowerCase() : undefined,
    profile['phone_number'],
    profile['external_id'],
    profile['id'],
    profile['anonymous_id'],
    profile['_kx'],
  ].find((identifier) => typeof identifier === 'string' && identifier !== '')
  return JSON.stringify([person, metric, uniqueId ?? `at ${time}`])
}
