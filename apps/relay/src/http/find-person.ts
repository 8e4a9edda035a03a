import { z } from 'zod'
import type { Clock } from '../clock/clock.ts'
import type { Identity } from '../erasure/identity.ts'
import { normalize, refuseIdentity } from '../erasure/identity.ts'
import type { FoundPerson } from '../store/search-store.ts'
import type { Store } from '../store/store.ts'
import type { Role } from './authenticate.ts'
import { HttpError } from './http-error.ts'
import { parseWrite } from './read-write.ts'

const text = z.string().min(1).max(512)
const schema = z.strictObject({ email: text.exactOptional(), mobile: text.exactOptional() })

/** Reads by what a person is looked for. Refuses, in words without the value, what is neither an email address nor a phone number. */
export function readIdentity(body: unknown): Identity {
  const { email, mobile } = parseWrite(schema, body)
  const given = [
    ...(email === undefined ? [] : [{ kind: 'email', value: normalize('email', email) } as const]),
    ...(mobile === undefined ? [] : [{ kind: 'mobile', value: normalize('mobile', mobile) } as const]),
  ]
  const [identity] = given
  if (identity === undefined || given.length > 1) throw new HttpError('ERR_BAD_REQUEST', 'Give one of "email" and "mobile".')
  const problem = refuseIdentity(identity)
  if (problem !== undefined) throw new HttpError('ERR_BAD_REQUEST', `"${identity.kind}" ${problem}.`)
  return identity
}

/** The opaque id by which a person's events are found. It is on record that somebody looked for a person, not for whom. */
export async function findPersonId(
  { store, clock }: { readonly store: Pick<Store, 'audit' | 'findPersonId'>; readonly clock: Pick<Clock, 'now'> },
  identity: Identity,
  actor: Role,
): Promise<FoundPerson> {
  await store.audit({ at: clock.now(), actor, action: 'search', subject: `a person by ${identity.kind}` })
  return store.findPersonId(identity)
}
