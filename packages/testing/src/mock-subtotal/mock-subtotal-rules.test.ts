import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMockSubtotal } from './create-mock-subtotal.ts'
import type { MockSubtotal } from './mock-subtotal.ts'
import { revokedSubtotalKey, subtotalScopes } from './mock-subtotal-options.ts'
import { subtotalRules } from './subtotal-rules.ts'

interface Call {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

let subtotal: MockSubtotal
let connectionId: string
let simulatedId: string
let webhookId: string

beforeAll(async () => {
  subtotal = await createMockSubtotal()
  connectionId = subtotal.link({ customerId: 'customer-1' }).id
  simulatedId = subtotal.link({ isSimulated: true }).id
  webhookId = subtotal.addWebhook({ url: 'https://hooks.example.com', isActive: false }).id
  subtotal.addPurchases(connectionId, 12)
})
afterAll(() => subtotal.close())

async function call({ method = 'GET', path, headers = {}, body }: Call): Promise<{ status: number; json: unknown }> {
  const url = subtotal.url + path.replace('{C}', connectionId).replace('{S}', simulatedId).replace('{W}', webhookId)
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method,
    headers: { 'x-api-key': 'a-key', ...type, ...headers },
    ...(body === undefined ? {} : { body: text }),
  })
  const answered = await response.text()
  return { status: response.status, json: answered === '' ? undefined : JSON.parse(answered) }
}

async function token(scope = 'access'): Promise<string> {
  const { json } = await call({ method: 'POST', path: '/connections/{C}/token', body: { scope } })
  return (json as { connection_token: string }).connection_token
}

const webhook = { name: 'n', url: 'https://a.example', event_types: ['purchase.created'] }
const connection = { customer_id: 'c', retailer_id: 'walmart' }
const post = (path: string, body: unknown): Call => ({ method: 'POST', path, body })
const patch = (path: string, body: unknown): Call => ({ method: 'PATCH', path, body })

const refused: readonly (readonly [rule: string, name: string, status: number, call: Call])[] = [
  [
    'a request carries an API key or an access token that is in use',
    'no key',
    401,
    { path: '/webhooks', headers: { 'x-api-key': '' } },
  ],
  [
    'a request carries an API key or an access token that is in use',
    'a revoked key',
    401,
    { path: '/webhooks', headers: { 'x-api-key': revokedSubtotalKey } },
  ],
  ['a call exists', 'an unknown path', 404, { path: '/customers' }],
  ['a call exists', 'an unknown method', 404, { method: 'PUT', path: '/webhooks' }],
  ['purchases are read with a connection token beside an API key', 'no token', 401, { path: '/connections/{C}/purchases' }],
  [
    'purchases are read with a connection token beside an API key',
    'a token of nobody',
    401,
    { path: '/connections/{C}/purchases', headers: { authorization: 'Bearer a.b.c' } },
  ],
  ['a body is a JSON object', 'no JSON', 422, post('/webhooks', 'no json')],
  ['a body is a JSON object', 'a list', 422, post('/webhooks', [])],
  ['a body is a JSON object', 'a body where none belongs', 422, post('/simulated-connections/{S}/purchases', {})],
  ['the fields of the body are those of the call', 'an unknown field', 422, post('/webhooks', { ...webhook, colour: 1 })],
  ['the fields of the body are those of the call', 'a missing name', 422, post('/webhooks', { ...webhook, name: undefined })],
  ['the fields of the body are those of the call', 'http', 422, post('/webhooks', { ...webhook, url: 'http://a.example' })],
  [
    'the fields of the body are those of the call',
    'an unknown event',
    422,
    post('/webhooks', { ...webhook, event_types: ['x'] }),
  ],
  ['the fields of the body are those of the call', 'no event', 422, post('/webhooks', { ...webhook, event_types: [] })],
  ['the fields of the body are those of the call', 'null for a name', 422, patch('/webhooks/{W}', { name: null })],
  [
    'the fields of the body are those of the call',
    'a day that does not exist',
    422,
    patch('/webhooks/{W}', { purchase_date_start: '2026-02-30' }),
  ],
  [
    'the fields of the body are those of the call',
    'a long customer id',
    422,
    post('/connections', { ...connection, customer_id: 'x'.repeat(65) }),
  ],
  [
    'the fields of the body are those of the call',
    'a long retailer id',
    422,
    post('/connections', { ...connection, retailer_id: 'x'.repeat(27) }),
  ],
  [
    'the fields of the body are those of the call',
    'a long email',
    422,
    post('/connections', { ...connection, email: 'x'.repeat(65) }),
  ],
  [
    'the fields of the body are those of the call',
    'a long mobile',
    422,
    post('/connections', { ...connection, mobile: '1'.repeat(17) }),
  ],
  ['the fields of the body are those of the call', 'a status to set', 422, patch('/connections/{C}', { status: 'active' })],
  [
    'the fields of the body are those of the call',
    'a simulated status',
    422,
    patch('/simulated-connections/{S}', { status: 'disconnected' }),
  ],
  ['the fields of the body are those of the call', 'a token scope', 422, post('/connections/{C}/token', { scope: 'write' })],
  ['the query is that of the call', 'no customer', 422, { path: '/connections' }],
  ['the query is that of the call', 'an unknown parameter', 422, { path: '/webhooks?limit=1' }],
]

describe('what is not as documented', () => {
  it.each(refused)('breaks the rule "%s": %s → %i', async (rule, _, status, request) => {
    expect(subtotalRules.map(({ name }) => name)).toContain(rule)
    expect((await call(request)).status).toBe(status)
  })

  it('has a case for each rule', () => {
    const tested = new Set(refused.map(([rule]) => rule)).add('the key or token has the scope of the call')
    expect(tested).toStrictEqual(new Set(subtotalRules.map(({ name }) => name)))
  })

  it.each(['/connections/unknown', '/connections/unknown/purchases', '/purchases/unknown'])('%s is 404', async (path) => {
    expect((await call({ path, headers: { authorization: `Bearer ${await token()}` } })).status).toBe(404)
  })

  it.each<Call>([
    patch('/webhooks/unknown', { name: 'n' }),
    { method: 'DELETE', path: '/webhooks/unknown' },
    post('/connections/unknown/token', { scope: 'access' }),
    post('/connections', { ...connection, retailer_id: 'a-shop-we-do-not-know' }),
    patch('/simulated-connections/{C}', { status: 'active' }),
    { method: 'POST', path: '/simulated-connections/{C}/purchases' },
  ])('$method $path of what is not there is 404', async (request) => {
    expect((await call(request)).status).toBe(404)
  })

  it('names the fields at fault as FastAPI does', async () => {
    const { json } = await call(post('/webhooks', { name: 'n', url: 7 }))
    expect(json).toMatchObject({ detail: [{ loc: ['body', 'url'] }, { loc: ['body', 'event_types'], msg: 'Field required' }] })
  })
})

describe('pages of purchases', () => {
  const page = async (query: string, path = '/connections/{C}/purchases') =>
    call({ path: path + query, headers: { authorization: `Bearer: ${await token()}` } })

  it.each(['?limit=0', '?limit=51', '?limit=ten', '?starting_after=unknown'])('%s is 422', async (query) => {
    expect((await page(query)).status).toBe(422)
  })

  it('hold ten by default, newest first, and say whether there are more', async () => {
    const ids = subtotal.purchasesOf(connectionId).map(({ id }) => id)
    const first = await page('')
    expect(first.json).toMatchObject({ has_more: true, purchases: ids.slice(0, 10).map((id) => ({ purchase_id: id })) })
    const rest = await page(`?starting_after=${ids[9]}&limit=50`, '/purchases')
    expect(rest.json).toMatchObject({ has_more: false, purchases: ids.slice(10).map((id) => ({ purchase_id: id })) })
  })

  it('are those of the token’s connection alone, and only with the scope access', async () => {
    const other = subtotal.link().id
    const [purchase] = subtotal.purchasesOf(connectionId)
    const { json } = await call({ method: 'POST', path: `/connections/${other}/token`, body: { scope: 'access' } })
    const headers = { authorization: `Bearer ${(json as { connection_token: string }).connection_token}` }
    expect((await call({ path: '/connections/{C}/purchases', headers })).status).toBe(404)
    expect((await call({ path: `/purchases/${purchase?.id}`, headers })).status).toBe(404)
    expect(
      (await call({ path: '/connections/{C}/purchases', headers: { authorization: `Bearer ${await token('link')}` } })).status,
    ).toBe(401)
  })
})

it('answers 403 without the scope, 401 after the key was revoked, and 429 over the limit set', async () => {
  subtotal.setScopes(['webhooks:read'])
  expect((await call({ path: '/webhooks' })).status).toBe(200)
  expect(await call({ path: '/connections/{C}' })).toMatchObject({ status: 403, json: { detail: 'insufficient_scope' } })
  subtotal.setScopes(subtotalScopes)
  subtotal.revokeKey()
  expect((await call({ path: '/webhooks' })).status).toBe(401)
  subtotal.restoreKey()
  const limited = await createMockSubtotal({ rateLimit: { requests: 2, windowMs: 60_000 } })
  const statuses: number[] = []
  for (let number = 0; number < 3; number += 1) {
    const response = await fetch(`${limited.url}/retailers`, { headers: { 'x-api-key': 'k' } })
    statuses.push(response.status)
    if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect(statuses).toStrictEqual([200, 200, 429])
  await limited.close()
})

it('simulated connections have one to four old purchases that nobody is told of, or none when asked', async () => {
  const made = await call(post('/simulated-connections', connection))
  const { connection_id: id } = made.json as { connection_id: string }
  expect(made).toMatchObject({ status: 201, json: { status: 'active', is_simulated: true } })
  const starters = subtotal.purchasesOf(id)
  expect(starters.length).toBeGreaterThanOrEqual(1)
  expect(starters.length).toBeLessThanOrEqual(4)
  expect(subtotal.events.filter(({ connectionId: of, type }) => of === id && type === 'purchase.created')).toHaveLength(0)
  const none = await call(post('/simulated-connections', { ...connection, include_purchases: false }))
  expect(subtotal.purchasesOf((none.json as { connection_id: string }).connection_id)).toHaveLength(0)
})
