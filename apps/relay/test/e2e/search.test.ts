import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const operator = { authorization: 'Bearer admin-token' }
const viewer = { authorization: 'Bearer viewer-token' }
const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const hour = 3_600_000

/** A relay whose store holds a purchase of Robin at Target, and an hour later an event of Kim at Walmart. */
async function startSearched(): Promise<TestRelay> {
  const path = `${temporaryFolder()}/relay.db`
  const store = await openSqliteStore(path, receivedAt)
  const robin = { id: null, email: 'Robin@Shoppers.example', mobile: '+12025550100' }
  const events = [
    incoming(
      makePurchaseEvent({ id: 'e1', purchase: { id: 'p1' }, connection: { id: 'x', retailer: 'target' }, customer: robin }),
    ),
    {
      ...incoming(makeConnectionEvent('account.connected', { id: 'e2', connection: { id: 'y', retailer: 'walmart' } })),
      receivedAt: receivedAt + hour,
    },
  ]
  await store.ingest({ events, destinations: ['elsewhere'] })
  await store.close()
  return startRelay({ ...tokens, store: `sqlite:${path}` })
}

async function idsOf(relay: TestRelay, path: string): Promise<unknown> {
  const { status, json } = await relay.get(`/api/v1${path}`, viewer)
  expect(status, path).toBe(200)
  const items: unknown = json['items']
  return Array.isArray(items) ? items.map((item) => item.event?.id ?? item.eventId) : undefined
}

describe('search', () => {
  test('events and deliveries are found by the same filters', async () => {
    const relay = await startSearched()
    for (const [query, ids] of [
      ['purchase=p1', ['e1']],
      ['retailer=walmart', ['e2']],
      ['connection=x&type=purchase.created', ['e1']],
      ['since=2026-11-20T13:00:00Z', ['e2']],
      ['until=2026-11-20T12:59:59Z', ['e1']],
      ['since=2026-11-20&until=2026-11-20', ['e2', 'e1']],
      ['since=2026-11-21', []],
      ['status=pending&destination=elsewhere&retailer=target', ['e1']],
      ['status=dead', []],
    ] as const) {
      expect(await idsOf(relay, `/events?${query}`)).toEqual(ids)
      expect(await idsOf(relay, `/deliveries?${query}`)).toEqual(ids)
    }
  })

  test.each([
    'since=yesterday',
    'until=2026-02-30',
    'person=robin@shoppers.example',
    'person=',
    'status=lost',
    'destination=nowhere',
  ])('%s is 400, and the value is not repeated', async (query) => {
    const relay = await startSearched()
    for (const list of ['events', 'deliveries']) {
      const { status, text } = await relay.get(`/api/v1/${list}?${query}`, viewer)
      expect([list, status]).toEqual([list, 400])
      expect(text).not.toContain('robin@')
    }
  })

  test.each([{ email: ' robin@shoppers.EXAMPLE ' }, { mobile: '+1 (202) 555-0100' }])(
    'a person is found by what is posted, which is neither answered nor on record',
    async (identity) => {
      const relay = await startSearched()
      const { status, json, text } = await relay.write('/api/v1/people/search', identity, operator)
      expect([status, json]).toEqual([200, { person: expect.stringMatching(/^[0-9a-f]{32}$/), isKnown: true }])
      expect(text).not.toContain('shoppers')
      expect(await idsOf(relay, `/events?person=${json['person']}`)).toEqual(['e1'])
      expect(await idsOf(relay, `/deliveries?person=${json['person']}`)).toEqual(['e1'])
      const audit = await relay.get('/api/v1/audit', operator)
      expect(audit.json['items']).toMatchObject([
        { action: 'search', subject: expect.stringMatching(/^a person by (email|mobile)$/) },
      ])
      expect(JSON.stringify(relay.log)).not.toMatch(/shoppers|2025550100/i)
    },
  )

  test('looking for a person is refused to viewers and to other pages, and in words for what is no address', async () => {
    const relay = await startSearched()
    const path = '/api/v1/people/search'
    const email = 'robin@shoppers.example'
    expect((await relay.write(path, { email }, viewer)).status).toBe(403)
    expect((await relay.write(path, { email }, { ...operator, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    for (const body of [
      {},
      { email: 'kimberly' },
      { mobile: '12' },
      { email, mobile: '+12025550100' },
      { email, name: 'x' },
      { email: 7 },
    ]) {
      const { status, text } = await relay.write(path, body, operator)
      expect(status).toBe(400)
      expect(text).not.toMatch(/kimberly|shoppers/)
    }
    expect((await relay.get('/api/v1/audit', operator)).json['items']).toEqual([])
  })

  test('a replay takes the filters of a search', async () => {
    const relay = await startSearched()
    const { json } = await relay.write('/api/v1/people/search', { email: 'robin@shoppers.example' }, operator)
    const events = { person: json['person'], since: '2026-11-20', until: '2026-11-20', retailer: 'target' }
    const plan = await relay.write('/api/v1/replays', { events }, operator)
    expect(plan.json).toMatchObject({
      dryRun: true,
      matching: 1,
      replayed: 1,
      destinations: [{ destination: 'scripted', missing: 1 }],
    })
    const wrong = await relay.write('/api/v1/replays', { events: { since: 'soon' } }, operator)
    expect([wrong.status, wrong.text.includes('since')]).toEqual([400, true])
    const begun = await relay.write('/api/v1/replays', { events, dryRun: false }, operator)
    expect(begun.json).toMatchObject({ events: { since: '2026-11-20T00:00:00.000Z', until: '2026-11-20T23:59:59.999Z' } })
    await relay.settled(1)
    expect(await idsOf(relay, '/deliveries?destination=scripted')).toEqual(['e1'])
    const audit = JSON.stringify((await relay.get('/api/v1/audit', operator)).json)
    expect(audit).toContain('person=***')
  })
})
