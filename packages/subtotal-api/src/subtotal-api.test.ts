import { toPurchaseEvent } from '@subtotal-connectors/core'
import { describe, expect, it } from 'vitest'
import { apiKey, errorOf, startSubtotal } from '../test/subtotal.ts'

const robin = { customerId: 'customer-1', email: 'robin@shoppers.example', mobile: '+12025550100' }
const order = { name: 'Order sync', url: 'https://hooks.example.com/subtotal', eventTypes: ['purchase.created'] }

describe('webhooks', () => {
  it('are created with exactly what was given, and show their secret once', async () => {
    const { api, mock } = await startSubtotal()
    const created = await api.webhooks.create({ ...order, isActive: true, purchaseDateStart: '2026-01-31' })
    expect(mock.requests[0]).toMatchObject({
      method: 'POST',
      path: '/webhooks',
      json: {
        name: 'Order sync',
        url: 'https://hooks.example.com/subtotal',
        event_types: ['purchase.created'],
        is_active: true,
        purchase_date_start: '2026-01-31',
      },
    })
    expect(mock.requests[0]?.headers).toMatchObject({ 'x-api-key': apiKey, 'content-type': 'application/json' })
    expect(created.signingSecret).toBe(mock.webhooks[0]?.signingSecret)
    const { signingSecret: _, ...listed } = created
    expect(await api.webhooks.list()).toStrictEqual([listed])
    expect(await api.webhooks.get(created.id)).toStrictEqual(listed)
  })

  it('are updated, paused, resumed and deleted; null clears a date', async () => {
    const { api, mock } = await startSubtotal()
    const { id } = await api.webhooks.create({ ...order, isActive: true, purchaseDateEnd: '2026-02-28' })
    expect(await api.webhooks.update(id, { eventTypes: ['connection.activated'], purchaseDateEnd: null })).toMatchObject({
      name: 'Order sync',
      eventTypes: ['connection.activated'],
      purchaseDateEnd: null,
    })
    expect(mock.requests.at(-1)?.json).toStrictEqual({ event_types: ['connection.activated'], purchase_date_end: null })
    expect((await api.webhooks.pause(id)).isActive).toBe(false)
    expect((await api.webhooks.resume(id)).isActive).toBe(true)
    await api.webhooks.delete(id)
    expect(await errorOf(api.webhooks.get(id))).toMatchObject({ code: 'ERR_SUBTOTAL_NOT_FOUND' })
    expect(await errorOf(api.webhooks.delete(id))).toMatchObject({ code: 'ERR_SUBTOTAL_NOT_FOUND', status: 404 })
  })

  it('are not created twice: a write whose answer is lost is not repeated, and says that it may have arrived', async () => {
    const { api, mock } = await startSubtotal()
    mock.fail({ kind: 'accept_then', failure: 'reset' })
    expect(await errorOf(api.webhooks.create(order))).toMatchObject({ code: 'ERR_SUBTOTAL_UNAVAILABLE', mayHaveArrived: true })
    expect(mock.requests).toHaveLength(1)
    expect(mock.webhooks).toHaveLength(1)
  })

  it('whose answer lacks the secret are an error that names it', async () => {
    const { api, mock } = await startSubtotal()
    mock.fail({ kind: 'answer', status: 201, body: { webhook_id: '1', url: 'https://a.example', event_types: [] } })
    expect(await errorOf(api.webhooks.create(order))).toMatchObject({
      code: 'ERR_SUBTOTAL_UNREADABLE',
      fields: ['signing_secret'],
      mayHaveArrived: true,
    })
  })
})

describe('connections', () => {
  it('are created, listed by customer, read, changed, disconnected and deleted', async () => {
    const { api, mock } = await startSubtotal()
    const created = await api.connections.create({ ...robin, retailer: 'walmart' })
    expect(mock.requests[0]?.json).toStrictEqual({
      customer_id: 'customer-1',
      retailer_id: 'walmart',
      email: 'robin@shoppers.example',
      mobile: '+12025550100',
    })
    expect(created).toStrictEqual({ id: created.id, retailer: 'walmart', ...robin, status: 'initialized', isSimulated: false })
    expect(await api.connections.list({ customerId: 'customer-1' })).toStrictEqual([created])
    expect(await api.connections.list({ customerId: 'somebody else & more' })).toStrictEqual([])
    expect(await api.connections.update(created.id, { email: null })).toStrictEqual({ ...created, email: null })
    expect((await api.connections.update(created.id, { status: 'disconnected' })).status).toBe('disconnected')
    expect(await api.connections.createToken(created.id, { scope: 'link' })).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    await api.connections.delete(created.id)
    expect(await errorOf(api.connections.get(created.id))).toMatchObject({ code: 'ERR_SUBTOTAL_NOT_FOUND' })
  })
})

describe('purchases', () => {
  it('are paged newest first, all of them, each once', async () => {
    const { api, mock } = await startSubtotal()
    const { id } = mock.link(robin)
    mock.addPurchases(id, 120)
    const found: string[] = []
    for await (const purchase of api.purchases.each(id)) found.push(purchase.id)
    expect(found).toStrictEqual(mock.purchasesOf(id).map((purchase) => purchase.id))
    const pages = mock.requests.filter(({ method }) => method === 'GET').map(({ path }) => path.split('?')[1])
    expect(pages).toStrictEqual(['limit=50', `limit=50&starting_after=${found[49]}`, `limit=50&starting_after=${found[99]}`])
    expect(await api.purchases.list(id, { limit: 2, startingAfter: found[117] ?? '' })).toMatchObject({
      hasMore: false,
      purchases: [{ id: found[118] }, { id: found[119] }],
    })
  })

  it('become events with the idempotency key of their webhook', async () => {
    const { api, mock } = await startSubtotal()
    const connection = mock.link(robin)
    mock.addPurchases(connection.id, 1)
    const [summary] = (await api.purchases.list(connection.id)).purchases
    const purchase = await api.purchases.get(summary?.id ?? '', { connectionId: connection.id })
    const known = await api.connections.get(connection.id)
    const event = toPurchaseEvent(purchase, known, { receivedAt: new Date('2026-10-14T12:00:00Z') })
    expect(event).toMatchObject({
      id: purchase.id,
      idempotencyKey: `purchase.created:${purchase.id}`,
      customer: { id: 'customer-1', email: 'robin@shoppers.example', mobile: '+12025550100' },
      connection: { id: connection.id, retailer: 'walmart' },
      isSimulated: false,
    })
    expect(event.purchase.total).toBe(summary?.total)
    expect(event.purchase.items.length).toBeGreaterThan(0)
  })

  it('are read with one token of their connection, which is renewed before it ends and when it is refused', async () => {
    const { api, mock, clock } = await startSubtotal({}, { tokenLifeMs: 600_000 })
    const { id } = mock.link(robin)
    const tokens = () => mock.requests.filter(({ path }) => path.endsWith('/token')).length
    await api.purchases.list(id)
    await api.purchases.list(id)
    expect(tokens()).toBe(1)
    clock.advance(575_000)
    await api.purchases.list(id)
    expect(tokens()).toBe(2)
    mock.disturb(({ path }) => (path.includes('limit=7') && tokens() < 3 ? { status: 401 } : undefined))
    await api.purchases.list(id, { limit: 7 })
    expect(tokens()).toBe(3)
  })

  it('that are read at once share one token, and one that could not be made spoils none of the others', async () => {
    const { api, mock } = await startSubtotal({ retries: 0 })
    const { id } = mock.link(robin)
    const [first] = mock.addPurchases(id, 1)
    const tokens = () => mock.requests.filter(({ path }) => path.endsWith('/token')).length
    const get = (options = {}) => api.purchases.get(first?.id ?? '', { connectionId: id, ...options })
    await Promise.all([get(), get(), get(), get()])
    expect(tokens()).toBe(1)
    const other = mock.link(robin).id
    mock.fail({ kind: 'answer', status: 503 })
    const pages = await Promise.allSettled([1, 2, 3].map(() => api.purchases.list(other)))
    expect(pages.map(({ status }) => status)).toStrictEqual(['rejected', 'fulfilled', 'fulfilled'])
    const third = mock.link(robin).id
    mock.fail({ kind: 'hang' })
    const [hanging, waiting] = [new AbortController(), new AbortController()]
    const calls = [hanging, waiting].map(({ signal }) => errorOf(api.purchases.list(third, { signal })))
    waiting.abort()
    expect(await calls[1]).toMatchObject({ code: 'ERR_ABORTED' })
    hanging.abort()
    expect(await calls[0]).toMatchObject({ code: 'ERR_ABORTED' })
  })

  it('need no token of their connection beside an access token', async () => {
    const { api, mock } = await startSubtotal({ accessToken: 'oauth-token' }, { accessToken: 'oauth-token' })
    const { id } = mock.link(robin)
    mock.addPurchases(id, 1)
    expect((await api.purchases.list(id)).purchases).toHaveLength(1)
    expect(mock.requests.map(({ headers }) => [headers['authorization'], headers['x-api-key']])).toStrictEqual([
      ['Bearer oauth-token', undefined],
    ])
  })

  it('of a page that says there is more and leads nowhere are an error, not an endless loop', async () => {
    const { api, mock } = await startSubtotal()
    const { id } = mock.link(robin)
    mock.disturb(({ path }) =>
      path.includes('/purchases') ? { status: 200, body: { has_more: true, purchases: [{ purchase_id: 'P1' }] } } : undefined,
    )
    const all = async () => {
      for await (const _ of api.purchases.each(id));
    }
    expect(await errorOf(all())).toMatchObject({ code: 'ERR_SUBTOTAL_UNREADABLE', fields: ['has_more'] })
  })
})

it('retailers have names and Link URLs', async () => {
  const { api } = await startSubtotal()
  expect((await api.retailers.list())[0]).toStrictEqual({
    id: 'walmart',
    name: 'Walmart',
    linkUrl: 'https://link.subtotal.com/tWGE4TJM',
  })
})

it('connections, purchases and states are simulated', async () => {
  const { api, mock } = await startSubtotal()
  const connection = await api.simulated.createConnection({ ...robin, retailer: 'target', includePurchases: false })
  expect(connection).toMatchObject({ status: 'active', isSimulated: true, retailer: 'target' })
  const { id, items } = await api.simulated.createPurchase(connection.id)
  expect(items.length).toBeGreaterThan(0)
  expect(mock.purchasesOf(connection.id).map((purchase) => purchase.id)).toStrictEqual([id])
  expect((await api.simulated.setStatus(connection.id, 'unauthenticated')).status).toBe('unauthenticated')
  expect(mock.events.map(({ type }) => type)).toStrictEqual([
    'connection.activated',
    'purchase.created',
    'connection.unauthenticated',
  ])
})
