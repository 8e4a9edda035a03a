import type { KeyedHash } from '../common/keyed-hash.ts'
import type { PersonIndex } from '../common/person-index.ts'
import { identitiesOf, personIdsOf } from '../common/person-index.ts'
import { isSameCustomer } from '../connection-statement.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Collects by whom connections are known; `save` writes it. */
export interface LearnedPeople extends Pick<PersonIndex, 'learn'> {
  save(session: TransactionSession): void
}

/** Nothing learned yet. */
export function learnedPeople(hash: KeyedHash): LearnedPeople {
  const idOf = personIdsOf(hash)
  const learned: { readonly personId: string; readonly connectionId: string; readonly customerId: string }[] = []
  return {
    learn(connectionId, owner, previous) {
      if (isSameCustomer(previous, owner)) return
      const customerId = owner.customerId ?? ''
      for (const identity of identitiesOf(owner)) learned.push({ personId: idOf(identity), connectionId, customerId })
    },
    save(session) {
      if (learned.length === 0) return
      session.write(
        `INSERT INTO relay.person_index (person_id, connection_id, customer_id)
         SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
        learned.map((one) => one.personId),
        learned.map((one) => one.connectionId),
        learned.map((one) => one.customerId),
      )
    },
  }
}
