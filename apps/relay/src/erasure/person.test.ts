import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Identity } from './identity.ts'
import { normalize, refuseIdentity } from './identity.ts'
import { isTheirs, newPerson, sizeOf, withRecord } from './person.ts'

const given: Identity = { kind: 'customer', value: 'robin-1' }
const known = withRecord(newPerson(given), 'c1', {
  customerId: 'robin-1',
  email: 'Robin@shoppers.example',
  mobile: '+1 555 555 0111',
})

describe('whose a record is', () => {
  test('the customer id decides where there is one', () => {
    expect(isTheirs(known, { customerId: 'robin-1', email: null, mobile: null })).toBe(true)
    expect(isTheirs(known, { customerId: 'kim-2', email: 'robin@shoppers.example', mobile: '+15555550111' })).toBe(false)
  })

  test('without one the email or the phone does', () => {
    expect(isTheirs(known, { customerId: null, email: ' robin@SHOPPERS.example', mobile: null })).toBe(true)
    expect(isTheirs(known, { customerId: null, email: null, mobile: '+1-555-555-0111' })).toBe(true)
    expect(isTheirs(known, { customerId: null, email: null, mobile: null })).toBe(false)
  })

  test('an email that was asked for decides by itself', () => {
    const byEmail = newPerson({ kind: 'email', value: 'robin@shoppers.example' })
    expect(isTheirs(byEmail, { customerId: 'kim-2', email: 'robin@shoppers.example', mobile: null })).toBe(true)
  })

  test('what is found makes it grow and never takes anything away', () => {
    const text = fc.option(fc.constantFrom('a', 'b', 'c'))
    const record = fc.record({ customerId: text, email: text, mobile: text })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('c1', 'c2'), record)), (records) => {
        const person = records.reduce((before, [connection, one]) => withRecord(before, connection, one), known)
        expect(sizeOf(person)).toBeGreaterThanOrEqual(sizeOf(known))
        for (const [, one] of records) if (one.customerId !== null) expect(isTheirs(person, one)).toBe(true)
        expect(records.reduce((before, [connection, one]) => withRecord(before, connection, one), person)).toBe(person)
      }),
    )
  })
})

describe('identities', () => {
  test('normalizing twice is normalizing once', () => {
    fc.assert(
      fc.property(fc.constantFrom('customer', 'email', 'mobile'), fc.string(), (kind, text) => {
        expect(normalize(kind, normalize(kind, text))).toBe(normalize(kind, text))
      }),
    )
  })

  test.each([
    ['email', 'kim'],
    ['email', 'a@b@c'],
    ['email', '@shoppers.example'],
    ['mobile', '15555550111'],
    ['mobile', '+0555'],
  ] as const)('%s %s is refused without being repeated', (kind, value) => {
    const said = refuseIdentity({ kind, value })
    expect(said).toBeDefined()
    expect(said).not.toContain(value)
  })
})
