import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { consoleClient } from './console-client.ts'
import { recordedActions } from './recorded-actions.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const connection = { connection_id: 'c1', customer_id: 'robin-1', email: 'robin@shoppers.example', retailer_id: '<i>target</i>' }
const webhook = JSON.stringify({ type: 'connection.activated', id: 'e1', payload: { connection } }, null, 2)

async function start(role: keyof typeof tokens = 'adminToken') {
  const klaviyo = createKlaviyoConnector({ apiKey: 'pk_test_0123456789abcdef', baseUrl: 'http://127.0.0.1:1' })
  onTestFinished(() => klaviyo.close())
  const relay = await startRelay({ ...tokens, destinations: { scripted: scriptedConnector(), klaviyo } })
  const client = consoleClient(relay.url)
  await client.login(tokens[role])
  await client.get('/console/try')
  return { relay, client }
}

const stored = async ({ relay }: Awaited<ReturnType<typeof start>>) =>
  (await relay.get('/api/v1/stats', { authorization: `Bearer ${tokens.adminToken}` })).json['events']

describe('trying a webhook', () => {
  test('shows the verification, the event and each request, as text, and stores nothing', async () => {
    const around = await start('viewerToken')
    const { headers } = signedWebhook(webhook, signingSecret)
    const given = { signature: headers['x-subtotal-signature'] ?? '', timestamp: headers['x-subtotal-timestamp'] ?? '' }
    // As a browser sends a text of several lines.
    const { status, text } = await around.client.post('/console/try', { body: webhook.replaceAll('\n', '\r\n'), ...given })
    expect(status).toBe(200)
    expect(text).toContain('Signature: right')
    expect(text).toContain('&quot;type&quot;: &quot;account.connected&quot;')
    expect(text).toContain('POST http://127.0.0.1:1/api/events')
    expect(text).toContain('&lt;i&gt;target')
    expect(text).not.toContain('<i>target')
    expect(text).not.toContain('pk_test')
    expect(text).not.toContain('/console/try/send')
    expect(await stored(around)).toBe(0)
  })

  test.each([
    ['not json', 'ERR_WEBHOOK_NOT_JSON'],
    ['{"type":"connection.initialized","id":"e1","payload":{}}', 'It needs no delivery'],
    [webhook, 'Signature: none was given'],
  ])('of %j says what the relay would say', async (body, said) => {
    const { client } = await start('viewerToken')
    expect((await client.post('/console/try', { body })).text).toContain(said)
  })

  test('a wrong signature is told with its code, and an empty webhook is refused', async () => {
    const { client } = await start('viewerToken')
    const timestamp = String(Math.floor(Date.now() / 1_000))
    const wrong = await client.post('/console/try', { body: webhook, signature: '0'.repeat(64), timestamp })
    expect(wrong.text).toContain('ERR_SIGNATURE_MISMATCH')
    expect(await client.post('/console/try', { body: ' ' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('Paste a webhook'),
    })
  })

  test('makes one up: signed for an operator, and for a viewer not, who could post it', async () => {
    const { client } = await start()
    const made = await client.post('/console/try/generate', { type: 'connection.profile.updated' })
    expect(made.text).toContain('Signature: right')
    expect(made.text).toContain('&quot;type&quot;: &quot;profile.updated&quot;')
    await client.login(tokens.viewerToken)
    const unsigned = await client.post('/console/try/generate', { type: 'purchase.created' })
    expect(unsigned.text).toContain('Signature: none was given')
    expect(unsigned.text).toContain('&quot;type&quot;: &quot;purchase.created&quot;')
  })

  test('an operator sends it only after saying so, and that is on record', async () => {
    const around = await start()
    const { relay, client } = around
    expect(await client.post('/console/try/send', { body: webhook })).toMatchObject({
      status: 400,
      text: expect.stringContaining('Nothing was sent'),
    })
    expect(await stored(around)).toBe(0)
    const sent = await client.post('/console/try/send', { body: webhook, sure: 'yes' })
    expect(sent.status).toBe(303)
    expect(sent.headers.get('location')).toBe('/console/events/e1')
    expect(await stored(around)).toBe(1)
    const odd = await client.post('/console/try/send', { body: 'not json', sure: 'yes' })
    expect(odd.headers.get('location')).toBe('/console/quarantine/1')
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([
      'send webhook from the console',
      'send webhook from the console',
    ])
  })

  test('a viewer and a foreign page may not send', async () => {
    const around = await start('viewerToken')
    const fields = { body: webhook, sure: 'yes' }
    expect((await around.client.post('/console/try/send', fields)).status).toBe(403)
    await around.client.login(tokens.adminToken)
    expect((await around.client.post('/console/try/send', fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await around.client.post('/console/try/send', { ...fields, _csrf: 'wrong' })).status).toBe(403)
    expect(await stored(around)).toBe(0)
  })
})
