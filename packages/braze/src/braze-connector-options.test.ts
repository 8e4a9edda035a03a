import type { ConnectorOptions, SubtotalEvent } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { apiKey, bodies, examples, propertiesOf, refusal } from '../test/plans.ts'
import published from './__fixtures__/published-events.json' with { type: 'json' }
import { createBrazeConnector } from './braze-connector.ts'

describe('the options of every connector', () => {
  test('events: false switches one off, a string renames it', () => {
    const options = { events: { 'account.connected': false, 'purchase.created': 'My purchase' } } as const
    expect(refusal(options, examples['account.connected'])).toMatchObject({ status: 'skipped' })
    expect(bodies(options, [examples['purchase.created']])).toMatchObject([{ events: [{ name: 'My purchase' }] }])
    expect(bodies(options, [examples['profile.created']])).toMatchObject([{ events: [{ name: 'subtotal_profile_created' }] }])
  })

  test('filter leaves events out; one that throws rejects its own event alone', () => {
    const filter = (event: SubtotalEvent) => {
      if (event.type === 'profile.created') throw new Error('a bug')
      return event.type === 'purchase.created'
    }
    expect(refusal({ filter }, examples['account.connected'])).toMatchObject({ status: 'skipped' })
    expect(refusal({ filter }, examples['profile.created'])).toMatchObject({ status: 'rejected', error: { code: 'ERR_MAPPING' } })
    expect(bodies({ filter }, [examples['profile.created'], examples['purchase.created']])).toHaveLength(1)
  })

  test('properties changes what is sent, and is called once an event', () => {
    const calls: unknown[] = []
    const properties: NonNullable<ConnectorOptions['properties']> = (event, defaults) => {
      calls.push(defaults)
      const { upcs: _, ...rest } = defaults
      return { ...rest, historical: event.isHistorical, note: 'n'.repeat(300), nothing: null }
    }
    const { upcs: _, ...rest } = published.subtotal_purchase
    expect(propertiesOf({ properties }, examples['purchase.created'])).toStrictEqual({
      ...rest,
      historical: false,
      note: 'n'.repeat(255),
    })
    expect(calls).toStrictEqual([published.subtotal_purchase])
    bodies({ properties, profiles: 'both' }, [examples['profile.created']])
    expect(calls).toHaveLength(2)
  })

  test('properties is given what is known, without null', () => {
    const properties: NonNullable<ConnectorOptions['properties']> = (_, defaults) => ({ names: Object.keys(defaults) })
    const event = (type: 'account.connected' | 'account.disconnected') =>
      makeConnectionEvent(type, { connection: { retailer: null } })
    for (const type of ['account.connected', 'account.disconnected'] as const) {
      expect(propertiesOf({ properties }, event(type))).toStrictEqual({ names: ['connection_id', 'source'] })
    }
  })

  test('properties that Braze reserves reject the event', () => {
    expect(refusal({ properties: () => ({ time: 1 }) }, examples['purchase.created'])).toMatchObject({
      status: 'rejected',
      error: { code: 'ERR_MAPPING' },
    })
  })

  test('historical and simulated events are sent, or skipped on demand', () => {
    const past = makePurchaseEvent({ isHistorical: true })
    const simulated = makePurchaseEvent({ isSimulated: true })
    expect(bodies({}, [past, simulated])).toMatchObject([{ events: [{}, {}] }])
    expect(refusal({ historical: 'skip' }, past)).toMatchObject({ status: 'skipped' })
    expect(refusal({ simulated: 'skip' }, simulated)).toMatchObject({ status: 'skipped' })
  })

  test.each([
    ['one', 'https://link.example/a?utm=x%20y&b', 'https://link.example/a?utm=x%20y&b&connection_id=c1'],
    [
      'by retailer',
      { walmart: 'https://link.example/w', target: 'https://link.example/t' },
      'https://link.example/w?connection_id=c1',
    ],
    ['for other retailers', { target: 'https://link.example/t' }, undefined],
    ['none', undefined, undefined],
    ['too long for Braze', `https://link.example/${'a'.repeat(240)}`, undefined],
  ])('linkUrl: %s', (_, url, expected) => {
    const options = url === undefined ? {} : { linkUrl: url }
    for (const type of ['account.disconnected', 'connection.unauthenticated'] as const) {
      const event = makeConnectionEvent(type, { connection: { id: 'c1', retailer: 'walmart' } })
      expect(propertiesOf(options, event)).toStrictEqual({
        connection_id: 'c1',
        retailer: 'walmart',
        ...(expected === undefined ? {} : { link_url: expected }),
        source: 'subtotal',
      })
    }
  })

  test('currency adds nothing: the published event has none', () => {
    expect(propertiesOf({ currency: 'USD' }, examples['purchase.created'])).toStrictEqual(published.subtotal_purchase)
  })
})

describe("Braze's own options", () => {
  test('updateExistingOnly marks every object', () => {
    const sent = bodies({ updateExistingOnly: true, profiles: 'both' }, [examples['profile.created']])
    expect(sent).toMatchObject([{ attributes: [{ _update_existing_only: true }], events: [{ _update_existing_only: true }] }])
    expect(JSON.stringify(bodies({ updateExistingOnly: false }, [examples['profile.created']]))).not.toContain(
      '_update_existing_only',
    )
  })

  test('baseUrl wins over instance', () => {
    const connector = createBrazeConnector({ apiKey, instance: 'US-01', baseUrl: 'http://127.0.0.1:9/' })
    expect(connector.plan([examples['account.connected']]).requests[0]?.url).toBe('http://127.0.0.1:9/users/track')
  })

  test('limits are what Braze documents', () => {
    expect(createBrazeConnector({ apiKey, instance: 'US-01' }).limits).toStrictEqual({
      maxMessagesPerRequest: 75,
      maxBytesPerRequest: 4_000_000,
      requestRates: [{ requests: 3_000, perMs: 3_000 }],
      deduplicates: 'no',
    })
    expect(createBrazeConnector({ apiKey, instance: 'US-01', maxObjectsPerRequest: 50 }).limits.maxMessagesPerRequest).toBe(50)
  })

  const good = { apiKey, instance: 'US-01' }
  test.each<[string, unknown, string]>([
    ['no instance', { apiKey }, 'instance'],
    ['an unknown instance', { apiKey, instance: 'US-09' }, 'instance'],
    ['a host as instance', { apiKey, instance: 'rest.iad-01.braze.com' }, 'instance'],
    ['no key', { instance: 'US-01' }, 'apiKey'],
    ['too many objects', { ...good, maxObjectsPerRequest: 76 }, 'maxObjectsPerRequest'],
    ['no objects', { ...good, maxObjectsPerRequest: 0 }, 'maxObjectsPerRequest'],
    ['half an object', { ...good, maxObjectsPerRequest: 1.5 }, 'maxObjectsPerRequest'],
    ['updateExistingOnly as text', { ...good, updateExistingOnly: 'yes' }, 'updateExistingOnly'],
    ['another onUnknownOutcome', { ...good, onUnknownOutcome: 'drop' }, 'onUnknownOutcome'],
    ['an option that does not exist', { ...good, region: 'us' }, 'region'],
    ['a name over 255 characters', { ...good, events: { 'purchase.created': 'x'.repeat(256) } }, 'purchase.created'],
    ['a path in baseUrl', { apiKey, baseUrl: 'https://rest.iad-01.braze.com/users/track' }, 'baseUrl'],
  ])('%s is refused at once, by name and without the key', (_, options, option) => {
    // From JavaScript anything can come.
    const create: (options: never) => unknown = createBrazeConnector
    let thrown: unknown
    try {
      Reflect.apply(create, undefined, [options])
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(OptionsError)
    expect(String(thrown)).toContain(option)
    expect(String(thrown)).not.toContain(apiKey)
  })
})
