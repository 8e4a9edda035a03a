import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing'
import { describe, expect, test } from 'vitest'
import { attributesOf, plan, profileWith, propertiesOf } from '../test/plan.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'

const email = 'robin.ashdown@shoppers.example'

describe('the person', () => {
  const personOf = (options: Partial<KlaviyoConnectorOptions>, customer: Partial<SubtotalEvent['customer']> = {}) =>
    attributesOf(makePurchaseEvent({ customer }), options)['profile']

  test.each([
    ['email', { email }],
    ['customerId', { external_id: '8a46e581-48ba-498a-9ad0-2ee72582e1af' }],
    ['mobile', { phone_number: '+12025550142' }],
  ] as const)('identifyBy %s sends that identifier alone', (identifyBy, attributes) => {
    expect(personOf({ identifyBy })).toStrictEqual(profileWith(attributes))
  })

  test('an email is trimmed and lower-cased', () => {
    expect(personOf({}, { email: '  Robin.Ashdown@Shoppers.Example ' })).toStrictEqual(profileWith({ email }))
  })

  test('a list is tried in order', () => {
    const identifyBy = ['mobile', 'email', 'customerId'] as const
    expect(personOf({ identifyBy }, { mobile: '202-555-0142' })).toStrictEqual(profileWith({ email }))
    expect(personOf({ identifyBy }, { mobile: null, email: null })).toStrictEqual(
      profileWith({ external_id: '8a46e581-48ba-498a-9ad0-2ee72582e1af' }),
    )
  })

  test('without a usable identifier the event is rejected, whatever its profile says', () => {
    expect(plan([makeProfileEvent('profile.created', { customer: { email: null } })])).toMatchObject({
      requests: [],
      notSent: [{ result: { status: 'rejected', error: { code: 'ERR_NO_IDENTIFIER' } } }],
    })
  })

  test('an email of 100 characters is taken, a longer one rejects the event without telling it', () => {
    const of = (length: number) => `${'a'.repeat(length - '@shoppers.example'.length)}@shoppers.example`
    expect(personOf({}, { email: of(100) })).toStrictEqual(profileWith({ email: of(100) }))
    const { notSent } = plan([makePurchaseEvent({ customer: { email: of(101) } })])
    expect(notSent).toMatchObject([{ result: { status: 'rejected', error: { code: 'ERR_TOO_LARGE' } } }])
    expect(JSON.stringify(notSent)).not.toContain('shoppers')
  })

  test('an id that does not fit into a profile rejects the event', () => {
    expect(
      plan([makePurchaseEvent({ customer: { id: 'x'.repeat(95_000) } })], { identifyBy: 'customerId' }).notSent,
    ).toMatchObject([{ result: { status: 'rejected', error: { code: 'ERR_TOO_LARGE' } } }])
  })

  test.each(['example.com', 'example.net', 'example.org', 'test.com'])(
    'an address at %s comes with a warning that does not tell it',
    (domain) => {
      const event = makePurchaseEvent({ customer: { email: `robin@${domain}` } })
      expect(plan([event])).toMatchObject({
        requests: [{ eventIds: [event.id] }],
        warnings: [{ eventId: event.id, warning: `Klaviyo accepts events of addresses at ${domain} and drops them.` }],
      })
    },
  )

  test('other addresses, and ids that look like one, come without', () => {
    expect(plan([makePurchaseEvent({ customer: { email: 'robin@notexample.com' } })]).warnings).toStrictEqual([])
    expect(
      plan([makePurchaseEvent({ customer: { id: 'robin@example.com' } })], { identifyBy: 'customerId' }).warnings,
    ).toStrictEqual([])
  })
})

describe('profiles', () => {
  const event = makeProfileEvent('profile.updated')
  const written = {
    first_name: 'Robin',
    last_name: 'Ashdown',
    location: { zip: '00501' },
    properties: {
      subtotal_walmart_connection_id: '01KFRSK9J11G807TAY0GCYSW67',
      subtotal_walmart_account_created_date: '2024-03-12T00:00:00Z',
      subtotal_walmart_total_purchases: 42,
      subtotal_walmart_last_purchase_date: '2026-01-15T14:30:00Z',
      subtotal_walmart_brand_purchases: 7,
      subtotal_walmart_last_brand_purchase_date: '2026-01-14T09:45:00Z',
      subtotal_walmart_brand_purchase_rate: 0.17,
    },
  }
  const profile = (attributes: object) => profileWith({ email, ...attributes })

  test('event properties keep their nulls', () => {
    const nulls = {
      first_name: null,
      last_name: null,
      email: null,
      mobile: null,
      postal_code: null,
      account_created_date: null,
      total_purchases: null,
      last_purchase_date: null,
      brand_purchases: null,
      last_brand_purchase_date: null,
      brand_purchase_rate: null,
    }
    const empty = makeProfileEvent('profile.created', { profile: nulls })
    expect(propertiesOf(empty)).toStrictEqual({ connection_id: '01KFRSK9J11G807TAY0GCYSW67', ...nulls })
    expect(attributesOf(empty, { profiles: 'both', writeContact: true })['profile']).toStrictEqual(
      profile({ properties: { subtotal_walmart_connection_id: '01KFRSK9J11G807TAY0GCYSW67' } }),
    )
  })

  test("'event' writes nothing to the profile", () => {
    expect(attributesOf(event)['profile']).toStrictEqual(profile({}))
    expect(attributesOf(event, { profiles: 'event', writeContact: true })['profile']).toStrictEqual(profile({}))
  })

  test.each(['attributes', 'both'] as const)("'%s' writes attributes inside the event's own profile", (profiles) => {
    expect(attributesOf(event, { profiles })['profile']).toStrictEqual(profile(written))
    expect(propertiesOf(event, { profiles })).toStrictEqual(propertiesOf(event))
  })

  test('writeContact adds the contact of the retailer account as data, never as an identifier', () => {
    expect(attributesOf(event, { profiles: 'both', writeContact: true, identifyBy: 'customerId' })['profile']).toStrictEqual({
      data: {
        type: 'profile',
        attributes: {
          external_id: '8a46e581-48ba-498a-9ad0-2ee72582e1af',
          ...written,
          properties: {
            ...written.properties,
            subtotal_walmart_email: 'r.ashdown@retailer-mail.example',
            subtotal_walmart_mobile: '+12025550187',
          },
        },
      },
    })
  })

  test('other events write nothing to the profile', () => {
    expect(attributesOf(makePurchaseEvent(), { profiles: 'both', writeContact: true })['profile']).toStrictEqual(profile({}))
  })

  test("'off' skips profile events and no others", () => {
    const { requests, notSent } = plan([event, makePurchaseEvent()], { profiles: 'off' })
    expect(requests.map(({ eventIds }) => eventIds)).toStrictEqual([[makePurchaseEvent().id]])
    expect(notSent).toMatchObject([{ eventId: event.id, result: { status: 'skipped' } }])
  })

  test('attributes over 95 KB are left out with a warning, the event is sent', () => {
    const large = makeProfileEvent('profile.updated', { profile: { first_name: 'x'.repeat(95_000) } })
    expect(attributesOf(large, { profiles: 'both' })['profile']).toStrictEqual(profile({}))
    expect(plan([large], { profiles: 'both' }).warnings).toStrictEqual([
      { eventId: large.id, warning: "The profile's attributes are left out: Klaviyo takes 95000 bytes of them." },
    ])
  })
})
