import type { IdentityStore } from '../identity-store.ts'
import type { Store } from '../store.ts'
import { advanceIdentities } from './advance-identities.ts'
import type { StoreContext } from './store-context.ts'

type Methods = keyof IdentityStore

/** Late identifiers, on one PostgreSQL database. */
export function postgresIdentities(context: StoreContext): Pick<Store, Methods> {
  return { advanceIdentities: (request) => advanceIdentities(context, request) }
}
