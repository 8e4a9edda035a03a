import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { OptionsError } from '@subtotal-connectors/core'
import { createMockCustomerio } from '@subtotal-connectors/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { oneOfEach } from '../../test/examples.ts'
import { validateBatch, validateEcommerceMessage } from '../../test/specification.ts'
import { ecommerceEvent } from './ecommerce-event.ts'
import { createEcommerceSender } from './ecommerce-sender.ts'

const apiKey = 'cio-key-of-nobody-1234567890'
const closing: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close()
})

function connect(baseUrl: string) {
  const sender = createEcommerceSender({ apiKey, baseUrl })
  closing.push(sender)
  return sender
}

/** A server that takes a batch when its messages are valid against the specification, and answers 400 when one is not. */
async function createSpecificationServer(): Promise<{ readonly url: string; readonly taken: unknown[] }> {
  const taken: unknown[] = []
  const server = createServer(async (request, response) => {
    const body: unknown = await json(request)
    const messages: unknown[] = Object(body).batch
    const isValid = validateBatch(body) && messages.every((message) => validateEcommerceMessage(message))
    if (isValid) taken.push(...messages)
    response.writeHead(isValid ? 200 : 400, { 'content-type': 'application/json' })
    response.end(isValid ? '{}' : JSON.stringify({ meta: { errors: ['not valid'] } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return { url: `http://127.0.0.1:${address.port}`, taken }
}

describe('createEcommerceSender', () => {
  it.each([[{ userId: 'cust_8841' }], [{ anonymousId: 'visitor-7' }]])(
    'sends one of each of the 28 of %j to a server that validates against the specification',
    async (person) => {
      const server = await createSpecificationServer()
      const events = oneOfEach(person)
      expect(await connect(server.url).send(events)).toStrictEqual(events.map(() => ({ status: 'delivered' })))
      expect(server.taken).toStrictEqual(events)
    },
  )

  it('sends nothing that the specification forbids unseen: the server refuses it alone', async () => {
    const server = await createSpecificationServer()
    const events = oneOfEach({ userId: 'cust_8841' })
    const bad = { ...ecommerceEvent('Products Searched', { userId: 'cust_8841' }, {}), properties: Object({ query: 7 }) }
    const results = await connect(server.url).send([...events, bad])
    expect(results.map(({ status }) => status)).toStrictEqual([...events.map(() => 'delivered'), 'rejected'])
    expect(server.taken).toHaveLength(28)
  })

  it('uses strict mode and the key as the connector does, and gives the same results', async () => {
    const mock = await createMockCustomerio({ apiKey })
    closing.push(mock)
    const event = ecommerceEvent('Cart Viewed', { anonymousId: 'visitor-7' }, { cart_id: 'C1' })
    const tooLarge = ecommerceEvent('Cart Viewed', { anonymousId: 'visitor-7' }, { note: 'x'.repeat(32_000) })
    const results = await connect(mock.url).send([tooLarge, event])
    expect(results).toMatchObject([{ status: 'rejected', error: { code: 'ERR_TOO_LARGE' } }, { status: 'delivered' }])
    expect(mock.accepted).toStrictEqual([event])
    expect(mock.requests[0]?.headers).toMatchObject({ 'x-strict-mode': '1' })
    mock.fail({ kind: 'answer', status: 401 })
    expect(await connect(mock.url).send([event])).toMatchObject([{ status: 'blocked', error: { code: 'ERR_CREDENTIALS' } }])
  })

  it('keeps keys and people out of errors', async () => {
    const mock = await createMockCustomerio()
    closing.push(mock)
    const person = 'sam@shoppers.example'
    mock.fail({ kind: 'answer', status: 400, body: { meta: { errors: [`Sam Ashdown (${person}) ${apiKey} has no cart`] } } })
    const event = ecommerceEvent('Cart Viewed', { userId: person }, { visitor: { name: 'Sam Ashdown' } })
    const [result] = await connect(mock.url).send([event])
    const { message, body } = Object(result).error
    expect(`${message} ${body}`).toContain('has no cart')
    for (const secret of [person, 'Sam', 'Ashdown', apiKey]) expect(`${message} ${body}`).not.toContain(secret)
  })

  it('resolves to results when it is aborted or nobody listens', async () => {
    const event = ecommerceEvent('Cart Viewed', { anonymousId: 'visitor-7' }, {})
    const sender = connect('http://127.0.0.1:1')
    expect(await sender.send([event])).toMatchObject([{ status: 'retry', reason: 'network' }])
    expect(await sender.send([event], { signal: AbortSignal.abort() })).toMatchObject([{ status: 'retry' }])
    expect(await sender.send([])).toStrictEqual([])
  })

  it.each([
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 'with space' }],
    ['region', { apiKey, region: 'asia' }],
    ['baseUrl', { apiKey, baseUrl: 'http://cdp.customer.io' }],
    ['baseUrl', { apiKey, baseUrl: 'https://cdp.customer.io/v1' }],
    ['baseUrl', { apiKey, baseUrl: 'https://someone:else@cdp.customer.io' }],
    ['baseUrl', { apiKey, baseUrl: 'nowhere' }],
    ['concurrency', { apiKey, concurrency: 0 }],
    ['identifyBy', { apiKey, identifyBy: 'email' }],
  ])('refuses a wrong %s by name: %j', (name, options) => {
    expect(() => Reflect.apply(createEcommerceSender, undefined, [options])).toThrow(OptionsError)
    expect(() => Reflect.apply(createEcommerceSender, undefined, [options])).toThrow(name)
  })
})
