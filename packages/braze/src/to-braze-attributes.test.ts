import { makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { apiKey, bodies, common, refusal } from '../test/plans.ts'
import { createBrazeConnector } from './braze-connector.ts'

describe('profiles', () => {
  const event = makeProfileEvent('profile.updated', {
    ...common,
    connection: { id: 'c1', retailer: 'best-buy' },
    profile: { email: 'Account@Retailer.Example', mobile: '+12025550199', last_purchase_date: null },
  })
  const figures = {
    'subtotal_best-buy_connection_id': 'c1',
    'subtotal_best-buy_postal_code': '00501',
    'subtotal_best-buy_account_created_date': '2024-03-12T00:00:00Z',
    'subtotal_best-buy_total_purchases': 42,
    'subtotal_best-buy_brand_purchases': 7,
    'subtotal_best-buy_last_brand_purchase_date': '2026-01-14T09:45:00Z',
    'subtotal_best-buy_brand_purchase_rate': 0.17,
  }
  const person = { email: 'robin@shoppers.example' }
  const name = { first_name: 'Robin', last_name: 'Ashdown' }

  test("'attributes' writes attributes instead of the event, without email and phone", () => {
    expect(bodies({ profiles: 'attributes' }, [event])).toStrictEqual([{ attributes: [{ ...person, ...name, ...figures }] }])
  })

  test("'both' writes attributes and the event in one request", () => {
    const [body, ...rest] = bodies({ profiles: 'both' }, [event])
    expect(body).toMatchObject({
      attributes: [{ ...person, ...name, ...figures }],
      events: [{ ...person, name: 'subtotal_profile_updated' }],
    })
    expect(rest).toStrictEqual([])
  })

  test("'off' skips them", () => {
    expect(refusal({ profiles: 'off' }, event)).toMatchObject({ status: 'skipped' })
  })

  test.each([
    ['customerId', { external_id: 'customer-42' }, { email: 'account@retailer.example', phone: '+12025550199' }],
    ['email', { email: 'robin@shoppers.example' }, { phone: '+12025550199' }],
    ['mobile', { phone: '+12025550142' }, {}],
  ] as const)('writeContact by %s never touches the identifier', (identifyBy, identifier, contact) => {
    const options = { profiles: 'attributes', writeContact: true, identifyBy } as const
    expect(bodies(options, [event])).toStrictEqual([{ attributes: [{ ...identifier, ...name, ...contact, ...figures }] }])
  })

  test('writeContact leaves out what is no address and no number', () => {
    const bad = makeProfileEvent('profile.updated', { ...common, profile: { email: 'hidden', mobile: '555-0100' } })
    const [body] = bodies({ profiles: 'attributes', writeContact: true, identifyBy: 'customerId' }, [bad])
    expect(JSON.stringify(body)).not.toMatch(/"email"|"phone"/)
  })

  test('tell what was cut or left out of the attributes as well as of the event', () => {
    const long = makeProfileEvent('profile.updated', {
      ...common,
      profile: { first_name: 'x'.repeat(300), postal_code: 'y'.repeat(300) },
    })
    const { warnings } = createBrazeConnector({ apiKey, instance: 'US-01', profiles: 'both' }).plan([long])
    expect(warnings.map(({ warning }) => warning.split(':')[0])).toStrictEqual([
      'first_name',
      'subtotal_walmart_postal_code',
      'first_name',
      'postal_code',
    ])
  })

  test('of a retailer with a very long id have names that Braze takes', () => {
    const long = makeProfileEvent('profile.updated', { ...common, connection: { retailer: 'r'.repeat(300) } })
    const name = `subtotal_${'r'.repeat(200)}_total_purchases`
    expect(bodies({ profiles: 'attributes' }, [long])).toMatchObject([{ attributes: [{ [name]: 42 }] }])
  })

  test('of a retailer that is not known are named unknown', () => {
    const unknown = makeProfileEvent('profile.updated', { ...common, connection: { retailer: null } })
    expect(bodies({ profiles: 'attributes' }, [unknown])).toMatchObject([
      { attributes: [{ subtotal_unknown_total_purchases: 42 }] },
    ])
  })
})
