import { describe, expect, test } from 'vitest'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import type { ConsoleClient } from './console-client.ts'
import { consoleClient } from './console-client.ts'
import { recordedActions } from './recorded-actions.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const notUnderstood = JSON.stringify({ type: 'purchase.created', id: 'e1', payload: { name: '<b>Robin</b>' } })

async function start(role: keyof typeof tokens): Promise<{ relay: TestRelay; client: ConsoleClient }> {
  const relay = await startRelay(tokens)
  const client = consoleClient(relay.url)
  await client.login(tokens[role])
  return { relay, client }
}

describe('the quarantine', () => {
  test('says that it is empty, and then shows what is in it without its body', async () => {
    const { relay, client } = await start('viewerToken')
    expect((await client.get('/console/quarantine')).text).toContain('Nothing is in quarantine')
    await relay.post(notUnderstood)
    const list = await client.get('/console/quarantine')
    expect(list).toMatchObject({ status: 200, text: expect.stringContaining('href="/console/quarantine/1"') })
    expect(list.text).not.toContain('Process all again')
    const one = await client.get('/console/quarantine/1')
    expect(one.text).toContain('ERR_WEBHOOK')
    expect(one.text).not.toContain('Robin')
    expect(one.text).not.toContain('<button class="primary">')
    expect((await client.get('/console/quarantine/2')).status).toBe(404)
    expect((await client.get('/console/quarantine/x')).status).toBe(404)
    expect((await client.get('/console/quarantine?limit=0')).status).toBe(400)
  })

  test('an operator sees the body, as text, and that is put on record first', async () => {
    const { relay, client } = await start('adminToken')
    await relay.post(notUnderstood)
    expect((await client.get('/console/quarantine/1')).text).not.toContain('Robin')
    const revealed = await client.post('/console/quarantine/1/reveal')
    expect(revealed.text).toContain('&lt;b&gt;Robin&lt;/b&gt;')
    expect(revealed.text).not.toContain('<b>Robin')
    expect(await recordedActions(relay, tokens.adminToken)).toEqual(['reveal quarantined webhook 1'])
  })

  test('processing again says what became of each, and is on record', async () => {
    const { relay, client } = await start('adminToken')
    await relay.post(notUnderstood)
    await relay.post('not json')
    await client.get('/console/quarantine')
    expect((await client.post('/console/quarantine/process')).text).toContain(
      '0 stored, 0 known already, 0 of no use, 2 still not understood.',
    )
    expect((await client.post('/console/quarantine/2/process')).text).toContain(
      'It is still not understood: ERR_WEBHOOK_NOT_JSON.',
    )
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([
      'process quarantined webhook 2',
      'process quarantined webhooks',
    ])
  })

  test.each(['/process', '/1/process', '/1/reveal'])('a viewer and a foreign page may not post to %s', async (path) => {
    const { relay, client } = await start('viewerToken')
    await relay.post(notUnderstood)
    expect((await client.post(`/console/quarantine${path}`)).status).toBe(403)
    await client.login(tokens.adminToken)
    expect((await client.post(`/console/quarantine${path}`, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await client.post(`/console/quarantine${path}`, { _csrf: 'wrong' })).status).toBe(403)
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([])
  })

  test('is shown page by page', async () => {
    const { relay, client } = await start('viewerToken')
    for (let index = 0; index < 3; index += 1) await relay.post(`not json ${index}`)
    const first = await client.get('/console/quarantine?limit=2')
    const [, older = ''] = /href="([^"]+)" rel="next"/.exec(first.text) ?? []
    const second = await client.get(older.replaceAll('&amp;', '&'))
    expect(first.text).toContain('href="/console/quarantine/3"')
    expect(second.text).toContain('href="/console/quarantine/1"')
    expect(second.text).not.toContain('href="/console/quarantine/3"')
  })
})
