import type { Identity } from '../../erasure/identity.ts'
import { normalize, refuseIdentity } from '../../erasure/identity.ts'
import { HttpError } from '../../http/http-error.ts'

/** A search as it was typed into the form. */
export interface TypedSearch {
  /** Goes into the address. */
  readonly filter: Readonly<Record<string, string>>
  /** Does not. */
  readonly identity: Identity | undefined
}

/**
 * Reads the form of a search. What is an email address or phone number is taken out of the filter, also where a brand uses it as a
 * customer's id. Throws an `HttpError` for what can be neither, without the value.
 */
export function readSearch(form: URLSearchParams, names: readonly string[]): TypedSearch {
  const filter: Record<string, string> = {}
  for (const name of names) {
    const value = form.get(name)?.trim() ?? ''
    if (value !== '') filter[name] = value
  }
  const contact = form.get('contact')?.trim() ?? ''
  const { customer, ...rest } = filter
  const named = customer === undefined ? undefined : toIdentity(customer)
  if (contact === '') return named === undefined ? { filter, identity: undefined } : { filter: rest, identity: named }
  const identity = toIdentity(contact)
  if (identity === undefined) {
    throw new HttpError(
      'ERR_BAD_REQUEST',
      '“Email or phone” is neither an email address, such as robin@example.com, nor a phone number with its country, such as +15555550100.',
    )
  }
  return { filter: named === undefined ? filter : rest, identity }
}

function toIdentity(text: string): Identity | undefined {
  const given = [
    { kind: 'email', value: normalize('email', text) },
    { kind: 'mobile', value: normalize('mobile', text) },
  ] as const
  return given.find((identity) => refuseIdentity(identity) === undefined)
}
