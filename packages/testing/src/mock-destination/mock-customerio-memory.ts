import { customerioLosses } from './mock-customerio-losses.ts'
import { customerioReservedEvents } from './mock-customerio-reserved-rules.ts'
import { type CustomerioObject, isObject } from './mock-customerio-rule.ts'

/** A message that was answered 200 and not kept as it was sent. */
export interface LostCustomerioMessage {
  /** The name of the rule or loss that it falls under, or of one that another message of its batch falls under. */
  readonly loss: string
  /** As it was sent. */
  readonly message: unknown
}

/** A reserved event that did its work. */
export interface CustomerioEffect {
  /** `User Deleted` and its like. */
  readonly event: string
  /** The person or, for objects, the anonymous id. */
  readonly subject: string | null
}

/** What a mock Customer.io remembers between requests. */
export interface CustomerioMemory {
  readonly lost: readonly LostCustomerioMessage[]
  readonly effects: readonly CustomerioEffect[]
  /** How many messages had a `messageId` that came before. */
  readonly duplicates: number
  /** Takes a message that broke no rule; the result is what is kept of it, if anything is. */
  take(message: CustomerioObject): CustomerioObject | undefined
  /** Records a message that is lost to a rule. */
  lose(loss: string, message: unknown): void
  clear(): void
}

/** Starts empty. Grows by one `messageId` a message. */
export function createCustomerioMemory(): CustomerioMemory {
  const lost: LostCustomerioMessage[] = []
  const effects: CustomerioEffect[] = []
  const messageIds = new Set<string>()
  const suppressed = new Set<string>()
  let duplicates = 0

  function takeEffect(message: CustomerioObject): void {
    const { event, userId, anonymousId } = message
    if (typeof event !== 'string' || !customerioReservedEvents.includes(event)) return
    const subject = [userId, anonymousId].find((id) => typeof id === 'string')
    effects.push({ event, subject: typeof subject === 'string' ? subject : null })
    if (typeof userId !== 'string') return
    if (event === 'User Suppressed') suppressed.add(userId)
    if (event === 'User Unsuppressed') suppressed.delete(userId)
  }

  return {
    lost,
    effects,
    get duplicates() {
      return duplicates
    },
    take(message) {
      const { messageId } = message
      if (typeof messageId === 'string') {
        if (messageIds.has(messageId)) duplicates += 1
        messageIds.add(messageId)
      }
      let kept: CustomerioObject = message
      for (const loss of customerioLosses) {
        const rest = loss.keep(kept, suppressed)
        if (rest !== kept) lost.push({ loss: loss.name, message })
        if (!isObject(rest)) return undefined
        kept = rest
      }
      takeEffect(kept)
      return kept
    },
    lose(loss, message) {
      lost.push({ loss, message })
    },
    clear() {
      lost.length = 0
      effects.length = 0
      messageIds.clear()
      suppressed.clear()
      duplicates = 0
    },
  }
}
