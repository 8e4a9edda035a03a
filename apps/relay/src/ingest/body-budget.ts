/** One body on its way from the first byte to the answer. */
interface BudgetedBody {
  /** So many bytes more are kept. */
  take(bytes: number): void
  /** It came whole: from now on it is not refused for want of room. */
  complete(): void
  /** Its bytes are kept no longer. */
  close(): void
}

/** Bounds the bytes of all bodies that are being read or stored. */
export interface BodyBudget {
  /** `onRefused` is called at most once, when the body has to make room. */
  open(onRefused: () => void): BudgetedBody
}

/**
 * A budget of so many bytes. When they are used up, the body that has been coming for the longest makes room: whoever sends slowly, or
 * never ends, takes nothing from those who do not.
 */
export function createBodyBudget(maxBytes: number): BodyBudget {
  const coming = new Set<{ bytes: number; refuse(): void }>()
  let total = 0

  return {
    open(onRefused) {
      const body = { bytes: 0, refuse: onRefused }

      function close(): void {
        coming.delete(body)
        total -= body.bytes
        body.bytes = 0
      }

      body.refuse = () => {
        close()
        onRefused()
      }
      coming.add(body)
      return {
        take(bytes) {
          if (!coming.has(body)) return
          body.bytes += bytes
          total += bytes
          for (const oldest of coming) {
            if (total <= maxBytes) break
            oldest.refuse()
          }
        },
        complete: () => void coming.delete(body),
        close,
      }
    },
  }
}
