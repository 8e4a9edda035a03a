import { join } from 'node:path'
import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { createMockBraze, createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { quickApi } from '../support/quick-api.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { startSubtotal } from '../support/start-subtotal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const apiKey = 'key-of-the-tests-never-shown'
const robin = { customer_id: 'robin', email: 'robin@shoppers.example' }
const kim = { customer_id: 'kim', email: 'kim@shoppers.example' }
const nobody = { customer_id: null, email: null }

interface Destinations {
  readonly connectors: Readonly<Record<'braze' | 'klaviyo', Connector>>
  /** How often a text occurs in what they were sent. */
  sent(destination: 'braze' | 'klaviyo', text: string): number
}

/** Braze, which finds customers by the brand's own id, and Klaviyo, which does so by email. */
async function startDestinations(): Promise<Destinations> {
  const mocks = { braze: await createMockBraze(), klaviyo: await createMockKlaviyo() }
  onTestFinished(() => Promise.all([mocks.braze.close(), mocks.klaviyo.close()]).then(() => undefined))
  return {
    connectors: {
      braze: createBrazeConnector({ apiKey, baseUrl: mocks.braze.url, identifyBy: 'customerId' }),
      klaviyo: createKlaviyoConnector({ apiKey, baseUrl: mocks.klaviyo.url }),
    },
    sent: (destination, text) => JSON.stringify(mocks[destination].accepted).split(text).length - 1,
  }
}

/** Each id is of a webhook later than those before it. */
function webhook(id: string, type: string, customer: object, payload: object = {}): string {
  const connection = { connection_id: '01K8BPF23CCZ2FK50STB8EGWAV', retailer_id: 'target', mobile: null, ...customer }
  return JSON.stringify({ type, id, payload: { connection, ...payload } })
}

function bought(id: string, customer: object): string {
  const purchase = { purchase_id: `purchase-${id}`, date: new Date().toISOString(), total: '10.00' }
  return webhook(id, 'purchase.created', customer, { purchase })
}

async function deadLetters(relay: TestRelay): Promise<readonly unknown[]> {
  const { items } = (await relay.get('/api/v1/deliveries?status=dead')).json
  return Array.isArray(items) ? items : []
}

test('a purchase of nobody goes out as soon as an event tells whose its connection is, and the audit says who sent it', async () => {
  const { connectors, sent } = await startDestinations()
  const relay = await startRelay({ destinations: connectors })
  await relay.post(bought('a', nobody))
  await relay.settled(2)
  expect(await deadLetters(relay)).toHaveLength(2)

  await relay.post(webhook('b', 'connection.activated', robin))
  await relay.settled(6)
  expect(await deadLetters(relay)).toEqual([])
  expect(sent('klaviyo', 'purchase-a')).toBeGreaterThan(0)
  expect(sent('klaviyo', robin.email)).toBe(2)
  expect(sent('braze', '"external_id":"robin"')).toBe(2)
  expect((await relay.get('/api/v1/audit')).json['items']).toMatchObject([
    { actor: 'relay', action: 'replay', subject: expect.stringContaining('destination=klaviyo, code=ERR_NO_IDENTIFIER') },
    { actor: 'relay', action: 'replay', subject: expect.stringContaining('destination=braze, code=ERR_NO_IDENTIFIER') },
  ])
  const byConnection = await relay.get('/api/v1/deliveries?connection=01K8BPF23CCZ2FK50STB8EGWAV&status=delivered')
  expect(byConnection.json['items']).toMatchObject([
    { eventId: 'b', replayId: null },
    { eventId: 'b', replayId: null },
    { eventId: 'a', replayId: '2' },
    { eventId: 'a', replayId: '1' },
  ])
  expect((await relay.get('/api/v1/deliveries?connection=another')).json['items']).toEqual([])
  expect(JSON.stringify(relay.log)).not.toContain('shoppers.example')
})

test('Subtotal’s API supplies it too', async () => {
  const { connectors, sent } = await startDestinations()
  const { subtotal } = await startSubtotal()
  const store = `sqlite:${join(temporaryFolder(), 'relay.db')}`
  const { id } = subtotal.link({ customerId: 'robin', email: robin.email, mobile: '+15555550100' })
  const wire = (eventId: string, purchaseId: string) =>
    JSON.stringify({
      type: 'purchase.created',
      id: eventId,
      payload: { connection_id: id, purchase: { purchase_id: purchaseId, date: new Date().toISOString(), total: '10.00' } },
    })
  const before = await startRelay({ store, destinations: connectors })
  await before.post(wire('a', 'purchase-a'))
  await before.settled(2)
  expect(await deadLetters(before)).toHaveLength(2)
  await before.stop()

  const after = { ...(await startDestinations()) }
  const relay = await startRelay({
    store,
    destinations: after.connectors,
    subtotal: quickApi(subtotal.url),
    enrichment: { purchases: false, contacts: true },
  })
  await relay.post(wire('b', 'purchase-b'))
  await relay.settled(4)
  expect(after.sent('klaviyo', robin.email)).toBe(2)
  expect(after.sent('braze', '"external_id":"robin"')).toBe(2)
  expect(sent('klaviyo', robin.email)).toBe(0)
})

test('of a connection that changed hands nothing crosses, and the letters that stay dead say why', async () => {
  const { connectors, sent } = await startDestinations()
  const relay = await startRelay({ destinations: connectors })
  await relay.post(bought('a', { ...nobody, customer_id: 'robin' }))
  await relay.settled(2)
  await relay.post(webhook('b', 'connection.activated', kim))
  await relay.settled(4)
  await relay.post(bought('c', nobody))
  await relay.settled(6)
  const [letter] = await deadLetters(relay)
  expect(letter).toMatchObject({ eventId: 'a', destination: 'klaviyo' })
  await expect
    .poll(async () => JSON.stringify(await deadLetters(relay)))
    .toContain('What is known of its connection by now is of another customer.')
  expect(sent('klaviyo', 'purchase-a')).toBe(0)
  expect(sent('klaviyo', kim.email)).toBe(2)
  expect(sent('braze', '"external_id":"robin"')).toBe(1)
  expect(sent('braze', '"external_id":"kim"')).toBe(2)
  expect((await relay.get('/api/v1/audit')).json['items']).toEqual([])
})
