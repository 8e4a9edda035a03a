/** What a person can be found by. */
export const identityKinds = ['customer', 'email', 'mobile'] as const

/** One of {@link identityKinds}. */
export type IdentityKind = (typeof identityKinds)[number]

/** Who is meant: the brand's own id of the customer, an email address or a phone number, as {@link normalize} writes it. */
export interface Identity {
  readonly kind: IdentityKind
  readonly value: string
}

/** The same email address or phone number in one way of writing; a customer's id is left as it is. */
export function normalize(kind: IdentityKind, value: string): string {
  if (kind === 'email') return value.trim().toLowerCase()
  return kind === 'mobile' ? value.replaceAll(/[\s().-]/g, '') : value
}

/** What is wrong with an identity that is asked for, in words; `undefined`: nothing. */
export function refuseIdentity({ kind, value }: Identity): string | undefined {
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return 'is not an email address, such as robin@example.com'
  if (kind === 'mobile' && !/^\+[1-9]\d{6,14}$/.test(value)) return 'is not a phone number with its country, such as +15555550100'
  return undefined
}
