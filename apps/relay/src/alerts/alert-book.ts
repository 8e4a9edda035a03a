import type { AlertMessage, Condition } from './alert.ts'

interface Entry {
  readonly condition: Condition
  readonly since: number
  isOver: boolean
  isToldRaised: boolean
}

/** A condition that holds, or that is over and was told. */
export interface BookEntry {
  /** Of one alert and destination. */
  readonly name: string
  readonly message: AlertMessage
  /** Whether that was told. */
  readonly isTold: boolean
  /** To be called when it was. */
  told(): void
}

/** Which conditions hold, and what was told of them. */
export interface AlertBook {
  raise(condition: Condition, now: number): void
  /** The condition is over. */
  clear(condition: Pick<Condition, 'alert' | 'destination'>): void
  /** What is there, in the order it began. */
  entries(): readonly BookEntry[]
}

/**
 * An empty book. A condition is told when it begins and when it is over, each once: one that was over before anybody heard of it is
 * not told at all.
 */
export function createAlertBook(): AlertBook {
  const entries = new Map<string, Entry>()

  function toMessage({ condition, since }: Entry, state: AlertMessage['state']): AlertMessage {
    return { ...condition, state, since: new Date(since).toISOString() }
  }

  /** It may have ended while it was told, which is to be told then. */
  function toldRaised(key: string, entry: Entry): void {
    const current = entries.get(key)
    if (current === undefined) entries.set(key, { ...entry, isToldRaised: true, isOver: true })
    else current.isToldRaised = true
  }

  /** It may have begun again while its end was told. */
  function toldOver(key: string, entry: Entry): void {
    if (entry.isOver) entries.delete(key)
    else entry.isToldRaised = false
  }

  return {
    raise(condition, now) {
      const key = keyOf(condition)
      const known = entries.get(key)
      if (known === undefined) entries.set(key, { condition, since: now, isOver: false, isToldRaised: false })
      else known.isOver = false
    },
    clear(condition) {
      const known = entries.get(keyOf(condition))
      if (known === undefined) return
      if (known.isToldRaised) known.isOver = true
      else entries.delete(keyOf(condition))
    },
    entries() {
      return [...entries].map(([name, entry]) =>
        entry.isOver
          ? { name, message: toMessage(entry, 'over'), isTold: false, told: () => toldOver(name, entry) }
          : { name, message: toMessage(entry, 'raised'), isTold: entry.isToldRaised, told: () => toldRaised(name, entry) },
      )
    },
  }
}

function keyOf({ alert, destination }: Pick<Condition, 'alert' | 'destination'>): string {
  return `${alert} ${destination ?? ''}`
}
