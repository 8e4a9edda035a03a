import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Customer } from '../event/subtotal-event.ts'
import type { IdentifierKind } from './identify.ts'
import { identifierKinds, identify } from './identify.ts'

const robin: Customer = { id: 'customer-1', email: 'robin.sample@shopper.example', mobile: '+15555550100' }
const none: Customer = { id: null, email: null, mobile: null }

describe('identify', () => {
  it.each<[IdentifierKind, Partial<Customer>, string]>([
    ['email', { email: ' Robin.Sample@Shopper.Example ' }, 'robin.sample@shopper.example'],
    ['mobile', { mobile: ' +15555550100 ' }, '+15555550100'],
    ['mobile', { mobile: '+1234567' }, '+1234567'],
    ['mobile', { mobile: '+123456789012345' }, '+123456789012345'],
    ['customerId', { id: ' Customer 1 ' }, ' Customer 1 '],
  ])('reads a usable %s', (kind, customer, value) => {
    expect(identify({ ...none, ...customer }, [kind])).toEqual({ kind, value })
  })

  it.each<[IdentifierKind, Partial<Customer>]>([
    ['email', {}],
    ['email', { email: '' }],
    ['email', { email: 'robin' }],
    ['email', { email: 'robin@' }],
    ['email', { email: 'robin sample@shopper.example' }],
    ['email', { email: 'robin@one@shopper.example' }],
    ['mobile', {}],
    ['mobile', { mobile: '15555550100' }],
    ['mobile', { mobile: '+05555550100' }],
    ['mobile', { mobile: '+123456' }],
    ['mobile', { mobile: '+1234567890123456' }],
    ['mobile', { mobile: '+1 (555) 555-0100' }],
    ['customerId', {}],
    ['customerId', { id: '' }],
  ])('finds no %s in %j', (kind, customer) => {
    expect(identify({ ...none, ...customer }, [kind])).toBeUndefined()
  })

  it('takes the first usable kind, in the order given, and no other', () => {
    expect(identify(robin, ['mobile', 'email'])).toEqual({ kind: 'mobile', value: robin.mobile })
    expect(identify({ ...robin, mobile: 'unknown' }, ['mobile', 'email'])).toEqual({ kind: 'email', value: robin.email })
    expect(identify({ ...robin, email: null }, ['email'])).toBeUndefined()
    expect(identify(robin, [])).toBeUndefined()
  })

  it('gives an identifier that identifies as itself', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.emailAddress(), fc.stringMatching(/^ ?\+[1-9]\d{6,14} ?$/)), { nil: null })
    const customers = fc.record({ id: text, email: text, mobile: text })
    fc.assert(
      fc.property(customers, fc.shuffledSubarray([...identifierKinds]), (customer, kinds) => {
        const found = identify(customer, kinds)
        if (found === undefined) return
        expect(kinds).toContain(found.kind)
        const field = found.kind === 'customerId' ? 'id' : found.kind
        expect(identify({ ...none, [field]: found.value }, [found.kind])).toEqual(found)
      }),
    )
  })
})
