import type { AlertSharing, AlertTurn } from '../store/alert-sharing.ts'
import type { BookEntry } from './alert-book.ts'

/** Whether this relay has to tell of what is in its book. */
export interface AlertTurns {
  take(entry: BookEntry): Promise<AlertTurn>
  /** What was taken was told, or not. */
  end(entry: BookEntry, isTold: boolean): Promise<void>
}

/**
 * The turns of one of several relays; of a relay that is alone without `sharing`. While the relays cannot agree, as their store does not
 * answer, each of them tells what it notices, and then its end too: rather twice than not at all.
 */
export function alertTurns(sharing: AlertSharing | undefined): AlertTurns {
  const unclaimed = new Set<string>()
  const alone = new Set<string>()

  return {
    async take({ name, message, isTold }) {
      if (sharing === undefined || alone.has(name)) return isTold ? 'told' : 'post'
      try {
        return await sharing.claimAlert(name, message.state)
      } catch {
        if (isTold) return 'told'
        unclaimed.add(name)
        return 'post'
      }
    },
    async end({ name, message: { state } }, isTold) {
      const wasClaimed = !alone.has(name) && !unclaimed.delete(name)
      if (wasClaimed) await sharing?.endAlert(name, state, isTold).catch(() => undefined)
      else if (isTold && state === 'raised') alone.add(name)
      else if (isTold) alone.delete(name)
    },
  }
}
