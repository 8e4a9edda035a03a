import type * as leaseKeeperModule from '../../../src/delivery/lease-keeper.ts'

interface LeaseKeeping extends Pick<typeof leaseKeeperModule, 'createLeaseKeeper'> {
  readonly leaseMs: number
}

/** The same leases in a time that runs so much faster: they hold `leaseMs`, and are renewed as often while they do. */
export function shortenLeases(original: LeaseKeeping, leaseMs: number): LeaseKeeping {
  const speed = original.leaseMs / leaseMs
  return {
    leaseMs,
    createLeaseKeeper({ store, clock, onFailure }) {
      return original.createLeaseKeeper({
        store: {
          renew: (request) =>
            store.renew({ ...request, now: Math.round(request.now / speed), leaseUntil: Math.round(request.leaseUntil / speed) }),
        },
        clock: {
          ...clock,
          now: () => clock.now() * speed,
          setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs / speed),
        },
        onFailure,
      })
    },
  }
}
