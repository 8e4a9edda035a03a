import { ConnectorError } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { ScriptedConnector } from '../support/scripted-connector.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import type { ConsoleClient } from './console-client.ts'
import { consoleClient } from './console-client.ts'
import { recordedActions } from './recorded-actions.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const replay = JSON.stringify({ deliveries: { status: 'dead', destination: 'one', code: 'ERR_REJECTED' } })

async function start(
  role: keyof typeof tokens,
  count: number,
): Promise<{ relay: TestRelay; client: ConsoleClient; connector: ScriptedConnector }> {
  const connector = scriptedConnector()
  connector.answer(() => ({
    status: 'rejected',
    error: new ConnectorError('ERR_REJECTED', 'No <b>such</b> field.', { status: 400 }),
  }))
  const relay = await startRelay({ ...tokens, destinations: { one: connector } })
  const generator = createWebhookGenerator()
  for (let index = 0; index < count; index += 1) await relay.post(generator.next().body)
  await relay.settled(count)
  const client = consoleClient(relay.url)
  await client.login(tokens[role])
  return { relay, client, connector }
}

describe('dead letters', () => {
  test('are counted by destination and reason, with the words and what is likely to help', async () => {
    const { client } = await start('adminToken', 3)
    const { text, status } = await client.get('/console/dead-letters')
    expect(status).toBe(200)
    for (const part of ['ERR_REJECTED', 'No &lt;b&gt;such&lt;/b&gt; field.', 'Depends on them; then replay.', 'Replay…']) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain('<b>such')
  })

  test('without any, the page says so', async () => {
    const { client } = await start('viewerToken', 0)
    expect((await client.get('/console/dead-letters')).text).toContain('No dead letters')
  })

  test('are found by filters; the empty fields of the form do no harm', async () => {
    const { client } = await start('viewerToken', 2)
    const found = await client.get('/console/dead-letters?destination=one&code=ERR_REJECTED&type=&event=&since=')
    expect(found.text).toContain('/console/events/')
    const other = await client.get('/console/dead-letters?code=ERR_MAPPING')
    expect(other.text).toContain('No dead letter matches')
    expect((await client.get('/console/dead-letters?status=delivered')).status).toBe(400)
    expect((await client.get('/console/dead-letters?code=ERR_NONE')).status).toBe(400)
  })

  test('a viewer sees them and can replay nothing', async () => {
    const { relay, client } = await start('viewerToken', 1)
    expect((await client.get('/console/dead-letters')).text).not.toContain('Replay…')
    expect((await client.post('/console/dead-letters/plan', { replay })).status).toBe(403)
    expect((await client.post('/console/dead-letters/replays', { replay, limit: '1' })).status).toBe(403)
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([])
  })
})

describe('a replay from the console', () => {
  test('is counted first, then begun, then shows how far it is', async () => {
    const { relay, client, connector } = await start('adminToken', 3)
    await client.get('/console/dead-letters')
    const plan = await client.post('/console/dead-letters/plan', { replay })
    expect(plan.text).toContain('<strong>3</strong> of 3 deliveries that match would become due')
    expect((await relay.get('/api/v1/replays', { authorization: 'Bearer admin-token' })).json['items']).toEqual([])
    connector.answer(() => ({ status: 'delivered' }))
    const begun = await client.post('/console/dead-letters/replays', { replay, limit: '3' })
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/console/dead-letters/replays/1?done=started'])
    await relay.settled(6)
    const { text } = await client.get('/console/dead-letters/replays/1?done=started')
    for (const part of ['The replay has begun.', 'one: 3 of 3 made due', 'reason ERR_REJECTED']) expect(text).toContain(part)
    expect((await client.get('/console/dead-letters')).text).toContain('No dead letters')
    expect((await client.get('/console/dead-letters/replays')).text).toContain('href="/console/dead-letters/replays/1"')
    expect((await client.get('/console/dead-letters/replays/2')).status).toBe(404)
  })

  test('of more than was shown is not begun, and the present counts are shown', async () => {
    const { relay, client } = await start('adminToken', 3)
    await client.get('/console/dead-letters')
    const answer = await client.post('/console/dead-letters/replays', { replay, limit: '2' })
    expect([answer.status, answer.text.includes('More deliveries match by now')]).toEqual([409, true])
    expect(answer.text).toContain('name="limit" value="3"')
    expect((await relay.get('/api/v1/replays', { authorization: 'Bearer admin-token' })).json['items']).toEqual([])
  })

  test.each(['', 'no json', '{"deliveries":{}}', '{"deliveries":{"destination":"nowhere"}}', '{"events":{"colour":"red"}}'])(
    'of %s is refused',
    async (wrong) => {
      const { client } = await start('adminToken', 0)
      await client.get('/console/dead-letters/replays')
      await client.get('/console/events')
      expect((await client.post('/console/dead-letters/plan', { replay: wrong })).status).toBe(400)
      expect((await client.post('/console/dead-letters/replays', { replay: wrong, limit: '1' })).status).toBe(400)
    },
  )
})
