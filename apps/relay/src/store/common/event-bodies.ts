import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { SealedPlace, Sealer } from '../../encryption/sealer.ts'

/** The bodies of events as they are stored. */
export interface EventBodies {
  seal(event: SubtotalEvent): string
  /** `undefined`: the body is damaged, or of another event. */
  open(row: { readonly event_id: string; readonly body: string }): SubtotalEvent | undefined
}

/** Where the body of a version of an event is. */
export function versionPlace(eventSeq: number, storedHash: string): SealedPlace {
  return ['event_versions', 'body', eventSeq, storedHash]
}

/** Where the body of an event is. */
export function eventPlace(eventId: string): SealedPlace {
  return ['events', 'body', eventId]
}

/** Bodies by what seals and opens them. */
export function eventBodies(sealer: Sealer): EventBodies {
  return {
    seal: (event) => sealer.seal(JSON.stringify(event), eventPlace(event.id)),
    open({ event_id: eventId, body }) {
      const text = sealer.open(body, eventPlace(eventId))
      return text === undefined ? undefined : parse(text)
    },
  }
}

function parse(text: string): SubtotalEvent | undefined {
  try {
    const event: SubtotalEvent = JSON.parse(text)
    return event
  } catch {
    return undefined
  }
}
