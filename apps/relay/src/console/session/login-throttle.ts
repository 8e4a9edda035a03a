import type { Clock } from '../../clock/clock.ts'

/** Slows down whoever tries tokens. */
export interface LoginThrottle {
  /** How long this address must wait before its next try, in milliseconds; 0: it may try now. */
  waitMs(address: string): number
  /** A token was wrong. */
  failed(address: string): void
  /** A token was right: the address starts anew. */
  succeeded(address: string): void
}

interface Failures {
  readonly count: number
  /** Elapsed milliseconds. */
  readonly lastAt: number
}

interface Limit {
  /** So many failures cost nothing. */
  readonly free: number
  readonly longestMs: number
}

const perAddress: Limit = { free: 5, longestMs: 300_000 }
/** From however many addresses. Short, so that a person who has the token gets in between. */
const inTotal: Limit = { free: 50, longestMs: 4_000 }
const firstWaitMs = 1_000
const forgetMs = 900_000
const mostAddresses = 1_000

/** A throttle that knows of no failure. After a few, each one doubles the wait; 15 minutes after the last all is forgotten. */
export function createLoginThrottle({ elapsed }: Pick<Clock, 'elapsed'>): LoginThrottle {
  const addresses = new Map<string, Failures>()
  let total: Failures = { count: 0, lastAt: 0 }

  function current(failures: Failures | undefined): Failures {
    return failures === undefined || elapsed() - failures.lastAt >= forgetMs ? { count: 0, lastAt: 0 } : failures
  }

  function waitOf(failures: Failures, { free, longestMs }: Limit): number {
    if (failures.count < free) return 0
    const whole = Math.min(longestMs, firstWaitMs * 2 ** (failures.count - free))
    return Math.max(0, failures.lastAt + whole - elapsed())
  }

  return {
    waitMs: (address) => Math.max(waitOf(current(addresses.get(address)), perAddress), waitOf(current(total), inTotal)),
    failed(address) {
      const { count } = current(addresses.get(address))
      addresses.delete(address)
      addresses.set(address, { count: count + 1, lastAt: elapsed() })
      const [oldest] = addresses.keys()
      if (addresses.size > mostAddresses && oldest !== undefined) addresses.delete(oldest)
      total = { count: current(total).count + 1, lastAt: elapsed() }
    },
    succeeded(address) {
      addresses.delete(address)
    },
  }
}
