import type { Store } from '../store.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { markDead } from './mark-dead.ts'
import { nextDueAt } from './next-due-at.ts'
import { renewLeases } from './renew-leases.ts'
import { settleDeliveries } from './settle-deliveries.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'claim' | 'settle' | 'renew' | 'nextDueAt' | 'markDead'

/** What is claimed and settled, on one PostgreSQL database. */
export function postgresClaims(context: StoreContext): Pick<Store, Methods> {
  return {
    claim: claimDeliveries(context),
    settle: settleDeliveries(context),
    renew: renewLeases(context),
    nextDueAt: nextDueAt(context),
    markDead: markDead(context),
  }
}
