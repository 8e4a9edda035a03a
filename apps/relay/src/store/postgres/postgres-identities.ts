import type { IdentityStep, IdentityStore } from '../identity-store.ts'
import type { Store } from '../store.ts'
import { advanceIdentities } from './advance-identities.ts'
import type { StoreContext } from './store-context.ts'

type Methods = keyof IdentityStore

/** Late identifiers, on one PostgreSQL database. A relay that lacks a key leaves them to the others. */
export function postgresIdentities(context: StoreContext): Pick<Store, Methods> {
  const others: IdentityStep = { replays: [], hasMore: true, isBusy: true }
  return {
    advanceIdentities: async (request) => (context.lackedKeys.isAny() ? others : advanceIdentities(context, request)),
  }
}
