import type { IdentifierKind, Profile, Properties } from '@subtotal-connectors/core'
import { identify, jsonBytes, withoutNulls } from '@subtotal-connectors/core'
import { journeysLimits } from './customerio-limits.ts'

/** What {@link toPersonTraits} takes from outside the profile. */
export interface TraitSettings {
  readonly retailer: string | null
  /** What the person is identified by. */
  readonly identifiedBy: IdentifierKind
  /** Whether `email` and `phone` may be written. */
  readonly writeContact: boolean
  readonly dates: 'iso' | 'unix'
}

/**
 * The profile as attributes of the person. The figures are of one connection and carry the retailer in their names, so that a
 * second linked account does not overwrite the first: `subtotal_walmart_total_purchases`. What is not known is left out, and so
 * stays as it was.
 *
 * `email` is the one of the account at the retailer, and identifies a person at Customer.io: it is never written to a person who is
 * identified by another email.
 */
export function toPersonTraits(profile: Profile, { retailer, identifiedBy, writeContact, dates }: TraitSettings): Properties {
  const prefix = `subtotal_${retailer ?? 'unknown'}`
  const account = { id: null, email: profile.email, mobile: profile.mobile }
  const date = (value: string | null) => (dates === 'unix' ? toUnixSeconds(value) : value)
  return withoutNulls({
    first_name: profile.first_name,
    last_name: profile.last_name,
    email: writeContact && identifiedBy !== 'email' ? identify(account, ['email'])?.value : null,
    phone: writeContact ? identify(account, ['mobile'])?.value : null,
    postal_code: profile.postal_code,
    [`${prefix}_connection_id`]: profile.connection_id,
    [`${prefix}_account_created_date`]: date(profile.account_created_date),
    [`${prefix}_total_purchases`]: profile.total_purchases,
    [`${prefix}_last_purchase_date`]: date(profile.last_purchase_date),
    [`${prefix}_brand_purchases`]: profile.brand_purchases,
    [`${prefix}_last_brand_purchase_date`]: date(profile.last_brand_purchase_date),
    [`${prefix}_brand_purchase_rate`]: profile.brand_purchase_rate,
  })
}

/** The traits that Customer.io would keep, and the names of those whose value is over its 1,000 bytes. */
export function splitOversizeTraits(traits: Properties): { readonly kept: Properties; readonly oversize: readonly string[] } {
  const isOversize = (value: unknown) => jsonBytes(value) > journeysLimits.traitValueBytes
  return {
    kept: Object.fromEntries(Object.entries(traits).filter(([, value]) => !isOversize(value))),
    oversize: Object.keys(traits).filter((name) => isOversize(traits[name])),
  }
}

function toUnixSeconds(date: string | null): number | string | null {
  if (date === null) return null
  const ms = Date.parse(date)
  return Number.isNaN(ms) ? date : Math.floor(ms / 1000)
}
