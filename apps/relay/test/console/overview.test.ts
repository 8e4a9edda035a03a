import { ConnectorError } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'
import { consoleClient } from './console-client.ts'

test('while no event has come, the overview says what to do next', async () => {
  const { url } = await startRelay()
  const { text } = await consoleClient(url).get('/console')
  expect(text).toContain('No event has come yet')
  expect(text).toContain(`${url}/webhooks/subtotal`)
  expect(text).toContain('send --generate')
})

test('each destination is shown with what became of its events', async () => {
  const relay = await startRelay({ destinations: { one: scriptedConnector(), two: scriptedConnector() } })
  const generator = createWebhookGenerator()
  for (let index = 0; index < 3; index += 1) await relay.post(generator.next().body)
  await relay.settled(6)
  const { text } = await consoleClient(relay.url).get('/console')
  expect(text).not.toContain('No event has come yet')
  expect(text).toContain('All 2 destinations take events.')
  expect(text).toContain('Delivered per minute, 3 at most')
  expect(text.match(/<dt>Delivered<\/dt><dd>3<\/dd>/g)).toHaveLength(2)
  expect(text).toContain('<dt>Stored</dt><dd>3</dd>')
})

test('a destination that does not take events says why, and since when', async () => {
  const connector = scriptedConnector()
  connector.answer(() => ({ status: 'blocked', error: new ConnectorError('ERR_CREDENTIALS', 'The key <b>is</b> refused.') }))
  const relay = await startRelay({ destinations: { one: connector } })
  const blocked = new Promise((resolve) => relay.events.once('lane:changed', resolve))
  await relay.post(createWebhookGenerator().next().body)
  await blocked
  const { text } = await consoleClient(relay.url).get('/console')
  expect(text).toContain('0 of 1 destinations take events. Held up: one (blocked). Nothing is lost meanwhile.')
  expect(text).toContain('The key &lt;b&gt;is&lt;/b&gt; refused.')
  expect(text).toMatch(/Blocked for <time [^>]+>[\d.]+ s<\/time>. Tries again <time [^>]+>in (5 min|4 min \d+ s)<\/time>/)
})

test('webhooks that are refused are counted, by reason', async () => {
  const relay = await startRelay()
  await fetch(`${relay.url}/webhooks/subtotal`, { method: 'POST', body: '{}' })
  await relay.post('x'.repeat(2_000_000))
  await relay.stop()
  const again = await startRelay(relay.config)
  const { text } = await consoleClient(again.url).get('/console?range=24h')
  expect(text).toContain('2 refused')
  expect(text).toContain('1 wrong signature or time, 1 too large')
})

test('what is delivered is counted for good, and machines read the same', async () => {
  const relay = await startRelay()
  await relay.post(createWebhookGenerator().next().body)
  await relay.settled(1)
  await relay.stop()
  const again = await startRelay(relay.config)
  for (const range of ['1h', '24h', '7d']) {
    expect((await again.get(`/api/v1/activity?range=${range}`)).json).toMatchObject({
      range,
      received: { totals: { stored: 1 } },
      destinations: [
        {
          destination: 'scripted',
          totals: { delivered: 1, dead: 0 },
          latencySeconds: { p50: expect.any(Number), p99: expect.any(Number) },
        },
      ],
    })
  }
  expect((await again.get('/api/v1/activity?range=1y')).status).toBe(400)
  expect((await consoleClient(again.url).get('/console?range=1y')).status).toBe(400)
})
