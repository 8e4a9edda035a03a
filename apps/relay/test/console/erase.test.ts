import { describe, expect, test } from 'vitest'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import type { ConsoleClient } from './console-client.ts'
import { consoleClient } from './console-client.ts'
import { recordedActions } from './recorded-actions.ts'

const tokens = { adminToken: 'admin-token', viewerToken: 'viewer-token' }
const email = 'robin@shoppers.example'

async function withPerson(role: keyof typeof tokens = 'adminToken'): Promise<{ relay: TestRelay; client: ConsoleClient }> {
  const relay = await startRelay(tokens)
  const connection = { connection_id: 'c1', customer_id: 'robin-1', email, retailer_id: 'target' }
  await relay.post(JSON.stringify({ type: 'connection.activated', id: 'e1', payload: { connection } }))
  await relay.settled(1)
  const client = consoleClient(relay.url)
  await client.login(tokens[role])
  return { relay, client }
}

const fact = (term: string, value: string | number) => `<dt>${term}</dt><dd>${value}</dd>`

describe('erasing in the console', () => {
  test('shows first what there is, wants the value typed again, and shows the proof', async () => {
    const { relay, client } = await withPerson()
    expect((await client.get('/console/erase')).text).toContain('Nobody was erased yet.')
    const preview = await client.post('/console/erase/preview', { kind: 'email', value: ` ${email.toUpperCase()} ` })
    expect(preview.status).toBe(200)
    expect(preview.text).toContain(fact('Events', 1))
    expect(preview.text).toContain(fact('Delivered', 1))

    const wrong = await client.post('/console/erase', { kind: 'email', value: email, again: 'rob@shoppers.example' })
    expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining('Nothing was erased.') })
    expect((await relay.get('/api/v1/events', asOperator)).text).toContain('e1')

    const started = await client.post('/console/erase', { kind: 'email', value: email, again: email, block: 'yes' })
    expect(started.status).toBe(303)
    expect(started.headers.get('location')).toBe('/console/erase/1?done=started')
    await expect
      .poll(async () => (await client.get('/console/erase/1')).text)
      .toContain('No trace in the file since</dt><dd><time')
    const proof = await client.get('/console/erase/1')
    expect(proof.text).toContain('<h2>Proof</h2>')
    expect(proof.text).toContain(fact('Events erased', 1))
    expect(proof.text).toContain(fact('Later events', 'dropped on arrival'))
    for (const page of [proof, await client.get('/console/erase'), await client.get('/console/audit')]) {
      expect(page.text).not.toContain('robin')
    }
    expect((await relay.get('/api/v1/events', asOperator)).text).not.toContain('e1')
    expect((await client.post('/console/erase/preview', { kind: 'email', value: email })).text).toContain('>erasure 1</a>')

    const unblocked = await client.post('/console/erase/1/unblock')
    expect(unblocked.headers.get('location')).toBe('/console/erase/1?done=unblocked')
    expect((await client.get('/console/erase/1')).text).toContain(fact('Later events', 'taken'))
    expect(await recordedActions(relay, tokens.adminToken)).toEqual([
      'erase erasure 1: later events are taken again',
      'erase erasure 1: one person by email, later events are dropped',
    ])
  })

  test('of an unknown person says that nothing is stored', async () => {
    const { client } = await withPerson()
    await client.get('/console/erase')
    const preview = await client.post('/console/erase/preview', { kind: 'customer', value: 'nobody' })
    expect(preview).toMatchObject({ status: 200, text: expect.stringContaining('Nothing is stored by this customer id.') })
  })

  test.each([
    ['email', 'robin', 'is not an email address'],
    ['mobile', '555', 'is not a phone number'],
    ['customer', '', 'customer'],
    ['name', 'Robin', 'name'],
  ])('%s %j is refused in a sentence that does not repeat it', async (kind, value, said) => {
    const { client } = await withPerson()
    await client.get('/console/erase')
    const answer = await client.post('/console/erase/preview', { kind, value })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(said) })
    expect(answer.text).not.toContain('value="robin"')
  })

  test.each(['', '/preview', '/1/unblock'])('a viewer and a foreign page may not post to %j', async (path) => {
    const { relay, client } = await withPerson('viewerToken')
    const fields = { kind: 'email', value: email, again: email }
    expect((await client.get('/console/erase')).text).toContain('Only an operator may erase.')
    expect((await client.post(`/console/erase${path}`, fields)).status).toBe(403)
    await client.login(tokens.adminToken)
    expect((await client.post(`/console/erase${path}`, fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await client.post(`/console/erase${path}`, { ...fields, _csrf: 'wrong' })).status).toBe(403)
    expect((await relay.get('/api/v1/erasures', asOperator)).json['items']).toEqual([])
  })
})

const asOperator = { authorization: `Bearer ${tokens.adminToken}` }
