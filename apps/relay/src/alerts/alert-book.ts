import type { AlertMessage, Condition } from './alert.ts'

interface Entry {
  readonly condition: Condition
  readonly since: number
  isOver: boolean
  isToldRaised: boolean
}

/** Which conditions hold, and what was told of them. */
export interface AlertBook {
  raise(condition: Condition, now: number): void
  /** The condition is over. */
  clear(condition: Pick<Condition, 'alert' | 'destination'>): void
  /** What has to be told, in the order it began; `told` is called when it was. */
  untold(): readonly { readonly message: AlertMessage; told(): void }[]
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

  function toldRaised(entry: Entry): void {
    entry.isToldRaised = true
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
    untold() {
      return [...entries].flatMap(([key, entry]) => {
        if (!entry.isToldRaised) return [{ message: toMessage(entry, 'raised'), told: () => toldRaised(entry) }]
        return entry.isOver ? [{ message: toMessage(entry, 'over'), told: () => toldOver(key, entry) }] : []
      })
    },
  }
}

function keyOf({ alert, destination }: Pick<Condition, 'alert' | 'destination'>): string {
  return `${alert} ${destination ?? ''}`
}
