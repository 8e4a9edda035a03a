import type { Clock, Timer } from '../clock/clock.ts'
import type { Store } from '../store/store.ts'

/** Keeps leased what is in flight. */
export interface LeaseKeeper {
  /** Renews the lease of these deliveries until cancelled. */
  keep(deliveryIds: readonly string[], leaseToken: string): Timer
  /**
   * Renews at once every kept lease that has ended by the clock: after a machine slept or its clock was put forward, the renewals come
   * late, and a claim before them would send again what is in flight. Rejects when the store does not take it.
   */
  renewEnded(): Promise<void>
}

/** How long a lease holds without a renewal, in milliseconds. */
export const leaseMs = 60_000
const renewEveryMs = 20_000

interface Lease {
  readonly deliveryIds: readonly string[]
  readonly leaseToken: string
  until: number
}

/** A keeper without leases. A renewal that fails is told and tried again. */
export function createLeaseKeeper(options: {
  readonly store: Pick<Store, 'renew'>
  readonly clock: Clock
  readonly onFailure: (error: unknown) => void
}): LeaseKeeper {
  const { store, clock, onFailure } = options
  const leases = new Set<Lease>()

  async function renew(lease: Lease): Promise<void> {
    const now = clock.now()
    const leaseUntil = now + leaseMs
    await store.renew({ deliveryIds: lease.deliveryIds, leaseToken: lease.leaseToken, now, leaseUntil })
    lease.until = leaseUntil
  }

  return {
    keep(deliveryIds, leaseToken) {
      const lease: Lease = { deliveryIds, leaseToken, until: clock.now() + leaseMs }
      leases.add(lease)
      let next = clock.setTimeout(tick, renewEveryMs)
      function tick(): void {
        renew(lease).catch(onFailure)
        next = clock.setTimeout(tick, renewEveryMs)
      }
      return {
        cancel() {
          leases.delete(lease)
          next.cancel()
        },
      }
    },
    async renewEnded() {
      for (const lease of leases) if (lease.until <= clock.now()) await renew(lease)
    },
  }
}
