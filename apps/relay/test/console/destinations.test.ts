import { createBrazeConnector } from '@subtotal-connectors/braze'
import { describe, expect, test } from 'vitest'
import { apiKey, startMockDestinations } from '../support/mock-destinations.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'
import { consoleClient } from './console-client.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }

describe('a destination', () => {
  test('is shown with its settings and limits, and without its key', async () => {
    const { connectors, urls } = await startMockDestinations()
    const relay = await startRelay({
      destinations: {
        ...connectors,
        quiet: createBrazeConnector({ apiKey, instance: 'US-01', events: { 'purchase.created': false } }),
      },
      lanes: { klaviyo: { concurrency: 7, requestsPerSecond: 3, ordering: 'customer' } },
    })
    const { text } = await consoleClient(relay.url).get('/console/destinations')
    expect(text).not.toContain(apiKey)
    expect(text).toContain(`${urls.braze}/users/track`)
    expect(text).toContain('<dt>Batches at once</dt><dd>7</dd>')
    expect(text).toContain('3 requests per s <span class="muted">as configured</span>')
    expect(text).toContain('each customer’s events one after another')
    expect(text).toContain('75 messages and')
    expect(text).toMatch(/<code>purchase.created<\/code><\/th><td>no: /)
  })

  test('is paused with a reason, and resumed, on record', async () => {
    const relay = await startRelay(tokens)
    const client = consoleClient(relay.url)
    await client.login('admin-token')
    const paused = await client.post('/console/destinations/scripted/pause', { reason: 'Campaign <i>freeze</i>' })
    expect(paused.headers.get('location')).toBe('/console/destinations?done=paused')
    const { text } = await client.get('/console/destinations?done=paused')
    expect(text).toContain('The destination is paused: nothing is sent to it')
    expect(text).toContain('Campaign &lt;i&gt;freeze&lt;/i&gt;')
    await client.post('/console/destinations/scripted/resume')
    expect((await client.get('/console/destinations')).text).toContain('Running')
    const audit = await relay.get('/api/v1/audit', { authorization: 'Bearer admin-token' })
    expect(audit.json['items']).toMatchObject([
      { actor: 'operator', action: 'resume', subject: 'destination scripted' },
      { actor: 'operator', action: 'pause', subject: 'destination scripted' },
    ])
  })

  test('is not paused for a reason too long to be shown', async () => {
    const { url } = await startRelay()
    const client = consoleClient(url)
    await client.get('/console/destinations')
    const answer = await client.post('/console/destinations/scripted/pause', { reason: 'x'.repeat(201) })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('at most 200 characters') })
  })

  test('is checked by a button, and what was found is shown', async () => {
    const connector = scriptedConnector()
    const check = async () => ({ ok: false, proved: ['It answers.'], problems: ['The key is of <another> region.'], notes: [] })
    const throwing = { ...scriptedConnector(), check: () => Promise.reject(new Error('secret-in-an-error')) }
    const { url } = await startRelay({ destinations: { one: { ...connector, check }, two: throwing } })
    const client = consoleClient(url)
    await client.get('/console/destinations')
    const { text } = await client.post('/console/destinations/one/check')
    expect(text).toContain('The check found a problem.')
    expect(text).toContain('The key is of &lt;another&gt; region.')
    expect(text).toContain('Proved: It answers.')
    const thrown = await client.post('/console/destinations/two/check')
    expect(thrown.text).toContain('The check itself failed')
    expect(thrown.text).not.toContain('secret-in-an-error')
  })

  test('that does not exist cannot be paused', async () => {
    const { url } = await startRelay()
    const client = consoleClient(url)
    await client.get('/console/destinations')
    expect((await client.post('/console/destinations/nothing/pause')).status).toBe(404)
  })
})

test('a viewer sees no buttons, and is refused', async () => {
  const relay = await startRelay(tokens)
  const client = consoleClient(relay.url)
  await client.login('viewer-token')
  const { text } = await client.get('/console/destinations')
  expect(text).not.toContain('Reason of the pause')
  for (const action of ['pause', 'resume', 'check']) {
    expect((await client.post(`/console/destinations/scripted/${action}`)).status, action).toBe(403)
  }
  expect((await relay.get('/readyz')).json['lanes']).toMatchObject({ scripted: { state: 'running' } })
})
