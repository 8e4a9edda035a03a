import { ConnectorError } from '@subtotal-connectors/core'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { describe, expect, test } from 'vitest'
import type { RelayConfig } from '../../src/config/relay-config.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import type { ConsoleClient } from './console-client.ts'
import { consoleClient } from './console-client.ts'
import { recordedActions } from './recorded-actions.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const hostile = '<img src=x onerror=alert(1)>'

function purchase(id: string, customer: object = { customer_id: 'c1' }): string {
  const connection = { connection_id: `connection-of-${id}`, retailer_id: 'walmart', ...customer }
  const items = [
    {
      item_id: 'i1',
      quantity: 1,
      price: '2.00',
      product: { product_id: 'x1', name: 'Ketchup', brand: 'heinz', upc: '013000001243' },
    },
  ]
  const payload = {
    purchase_id: `p-${id}`,
    date: '2026-11-20T10:00:00Z',
    total: '2.00',
    tax: '0',
    subtotal: '2.00',
    items,
    connection,
  }
  return JSON.stringify({ id, type: 'purchase.created', payload })
}

async function start(
  role: keyof typeof tokens,
  config: Partial<RelayConfig> = {},
): Promise<{ relay: TestRelay; client: ConsoleClient }> {
  const relay = await startRelay({ ...tokens, ...config })
  const client = consoleClient(relay.url)
  await client.login(tokens[role])
  return { relay, client }
}

describe('the list of events', () => {
  test('says what to do first, then shows what came and where it went', async () => {
    const { relay, client } = await start('viewerToken')
    expect((await client.get('/console/events')).text).toContain('No event has come yet')
    await relay.post(purchase('e1'))
    await relay.settled(1)
    const { text } = await client.get('/console/events')
    for (const part of ['href="/console/events/e1"', 'p-e1', 'walmart', 'delivered</span> scripted']) expect(text).toContain(part)
  })

  test('finds by what is typed in, at an address that can be kept', async () => {
    const { relay, client } = await start('viewerToken')
    for (const id of ['e1', 'e2', 'e3']) await relay.post(purchase(id, { customer_id: id === 'e2' ? 'c2' : 'c1' }))
    await relay.settled(3)
    await client.get('/console/events')
    const answer = await client.post('/console/events', {
      customer: ' c2 ',
      type: 'purchase.created',
      retailer: '',
      since: '2026-01-01',
    })
    const address = '/console/events?customer=c2&type=purchase.created&since=2026-01-01'
    expect([answer.status, answer.headers.get('location')]).toEqual([303, address])
    const found = (await client.get(address)).text
    expect(found).toContain('/console/events/e2')
    expect(found).not.toContain('/console/events/e1')
    expect((await client.get('/console/events?purchase=p-e3&status=delivered&destination=scripted')).text).toContain('/events/e3')
    expect((await client.get('/console/events?status=dead')).text).toContain('No event matches')
    for (const query of ['status=lost', 'since=yesterday', 'person=robin@shoppers.example', 'colour=red']) {
      expect((await client.get(`/console/events?${query}`)).status, query).toBe(400)
    }
  })

  test('pages run from the newest to the oldest', async () => {
    const { relay, client } = await start('viewerToken')
    for (const id of ['e1', 'e2', 'e3']) await relay.post(purchase(id))
    const first = await client.get('/console/events?limit=2&customer=c1')
    const next = /href="([^"]*cursor=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(next).toContain('customer=c1')
    expect((await client.get(next)).text).toContain('/console/events/e1')
  })

  test.each(['robin@shoppers.example', ' ROBIN@shoppers.example ', '+1 202 555 0100'])(
    'finds a person by %s, which is in no address and not on record',
    async (contact) => {
      const { relay, client } = await start('adminToken')
      await relay.post(purchase('e1', { customer_id: null, email: 'Robin@Shoppers.example', mobile: '+12025550100' }))
      await relay.post(purchase('e2', { customer_id: 'c2', email: 'kim@shoppers.example' }))
      await relay.settled(2)
      await client.get('/console/events')
      const answer = await client.post('/console/events', { contact })
      const address = answer.headers.get('location') ?? ''
      expect(address).toMatch(/^\/console\/events\?person=[0-9a-f]{32}$/)
      const { text } = await client.get(address)
      expect(text).toContain('/console/events/e1')
      expect(text).not.toContain('/console/events/e2')
      expect(text.toLowerCase()).not.toContain('robin')
      expect(await recordedActions(relay, tokens.adminToken)).toEqual([
        expect.stringMatching(/^search a person by (email|mobile)$/),
      ])
    },
  )

  test('a customer’s id that is an email address is not put into the address either', async () => {
    const { relay, client } = await start('adminToken')
    await relay.post(purchase('e1', { customer_id: 'robin@shoppers.example' }))
    await client.get('/console/events')
    const address = (await client.post('/console/events', { customer: 'robin@shoppers.example' })).headers.get('location') ?? ''
    expect(address).toMatch(/\?person=/)
    expect((await client.get(address)).text).toContain('/console/events/e1')
  })

  test('says when nobody is known by an address, and what is no address', async () => {
    const { client } = await start('adminToken')
    await client.get('/console/events')
    const answer = await client.post('/console/events', { contact: 'nobody@shoppers.example' })
    expect((await client.get(answer.headers.get('location') ?? '')).text).toContain('Nobody is known here')
    const wrong = await client.post('/console/events', { contact: 'robin' })
    expect([wrong.status, wrong.text.includes('neither an email address')]).toEqual([400, true])
  })

  test('a viewer may not look for a person by their address', async () => {
    const { relay, client } = await start('viewerToken')
    expect((await client.get('/console/events')).text).not.toContain('name="contact"')
    expect((await client.post('/console/events', { contact: 'robin@shoppers.example' })).status).toBe(403)
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([])
  })
})

describe('the page of an event', () => {
  test('shows what became of it, in the destination’s words, as text', async () => {
    const connector = scriptedConnector()
    connector.answer(() => ({
      status: 'rejected',
      error: new ConnectorError('ERR_REJECTED', `No such field ${hostile}`, { status: 400 }),
    }))
    const { relay, client } = await start('viewerToken', { destinations: { one: connector } })
    await relay.post(purchase('e1'))
    await relay.settled(1)
    const { text } = await client.get('/console/events/e1')
    for (const part of [
      'Received and stored',
      'Attempt 1 failed: rejected, HTTP 400',
      'ERR_REJECTED',
      'Dead letter',
      'No such field',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(text).not.toContain(hostile)
    expect((await client.get('/console/events/nothing')).status).toBe(404)
  })

  test('shows the exact request of a destination, without the person until an operator asks, and never the key', async () => {
    const klaviyo = createKlaviyoConnector({ apiKey: 'pk_0123456789abcdef0123456789abcdef01', baseUrl: 'http://127.0.0.1:9' })
    const { relay, client } = await start('adminToken', { destinations: { klaviyo } })
    await relay.post(purchase('e1', { customer_id: 'c1', email: 'Robin@Shoppers.example' }))
    const masked = await client.get('/console/events/e1')
    expect(masked.text).toContain('http://127.0.0.1:9/api/event')
    expect(masked.text).toContain('Purchased at Retailer')
    expect(masked.text.toLowerCase()).not.toContain('robin')
    const revealed = await client.post('/console/events/e1')
    expect(revealed.text).toContain('robin@shoppers.example')
    expect(revealed.text + masked.text).not.toContain('pk_0123')
    expect(await recordedActions(relay, tokens.adminToken)).toEqual(['reveal event e1'])
  })

  test('a viewer may not reveal it, and sees no button that changes anything', async () => {
    const { relay, client } = await start('viewerToken')
    await relay.post(purchase('e1', { email: 'robin@shoppers.example' }))
    await relay.settled(1)
    const { text } = await client.get('/console/events/e1')
    expect(text).not.toContain('Send it again')
    expect(text).not.toContain('Reveal')
    const refused = await client.post('/console/events/e1')
    expect([refused.status, refused.text.includes('robin')]).toEqual([403, false])
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([])
  })

  test('a form of another session reveals nothing', async () => {
    const { relay, client } = await start('adminToken')
    await relay.post(purchase('e1', { email: 'robin@shoppers.example' }))
    const refused = await client.post('/console/events/e1', { _csrf: 'wrong' })
    expect([refused.status, refused.text.includes('robin')]).toEqual([403, false])
    expect((await client.post('/console/events/e1', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([])
  })
})
