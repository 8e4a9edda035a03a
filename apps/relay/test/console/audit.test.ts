import { expect, test } from 'vitest'
import { startRelay } from '../support/start-relay.ts'
import { consoleClient } from './console-client.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }

test('who did what is shown page by page, with links to what it was done to', async () => {
  const relay = await startRelay(tokens)
  const client = consoleClient(relay.url)
  await client.login(tokens.viewerToken)
  expect((await client.get('/console/audit')).text).toContain('Nothing is on record yet')
  await client.login(tokens.adminToken)
  await relay.post('not json')
  await client.get('/console/destinations')
  await client.post('/console/destinations/scripted/pause', { reason: 'A new key.' })
  await client.post('/console/quarantine/1/reveal')
  const newest = await client.get('/console/audit?limit=1')
  expect(newest.text).toContain('<a href="/console/quarantine/1">quarantined webhook 1</a>')
  expect(newest.text).not.toContain('destination scripted')
  const [, older = ''] = /href="([^"]+)" rel="next"/.exec(newest.text) ?? []
  const next = await client.get(older.replaceAll('&amp;', '&'))
  expect(next.text).toContain('destination scripted')
  expect(next.text).toContain('>operator<')
  expect(next.text).toContain('href="/console/audit">Newest')
})
