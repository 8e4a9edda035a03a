import type { IdentityKind } from '../../erasure/identity.ts'

/** What a person is found by, in words. */
export const kindWords: Readonly<Record<IdentityKind, string>> = {
  customer: 'customer id',
  email: 'email address',
  mobile: 'phone number',
}

/** The same to choose from. */
export const identityChoices: readonly { readonly value: IdentityKind; readonly label: string }[] = [
  { value: 'customer', label: 'Customer id' },
  { value: 'email', label: 'Email address' },
  { value: 'mobile', label: 'Phone number with its country' },
]
