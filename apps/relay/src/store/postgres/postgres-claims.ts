import type { Clock } from '../../clock/clock.ts'
import type { Store } from '../store.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { dueFloors, noFloors } from './due-floors.ts'
import { markDead } from './mark-dead.ts'
import { nextDueAt } from './next-due-at.ts'
import { renewLeases } from './renew-leases.ts'
import { settleDeliveries } from './settle-deliveries.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'claim' | 'settle' | 'renew' | 'nextDueAt' | 'markDead'

/** What is claimed and settled, on one PostgreSQL database. */
export function postgresClaims(context: StoreContext, clock: Pick<Clock, 'elapsed'>): Pick<Store, Methods> {
  const floors = context.timeFor(0) === null ? dueFloors(clock) : noFloors
  return {
    claim: claimDeliveries(context, floors),
    settle: settleDeliveries(context),
    renew: renewLeases(context),
    nextDueAt: nextDueAt(context, floors),
    markDead: markDead(context),
  }
}
