import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { connectionEvent, profileEvent } from '../../test/events.ts'
import { createScriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server.ts'
import { createShopConnector, type ShopMessage, type ShopOptions } from '../../test/shop-connector.ts'
import { OptionsError } from '../errors/options-error.ts'
import type { Connector } from './connector.ts'

let server: ScriptedServer | undefined
let connector: Connector | undefined

afterEach(async () => {
  await connector?.close()
  await server?.close()
})

async function connect(script: Script, options: Partial<ShopOptions> = {}): Promise<Connector> {
  server = await createScriptedServer(script)
  connector = createShopConnector({ apiKey: 'shop-secret-key-123', shop: 'one', baseUrl: server.url, ...options })
  return connector
}

const messagesOf = (text: string): ShopMessage[] => JSON.parse(text).messages
const people = () => server?.requests.map(({ text }) => messagesOf(text).map(({ person }) => person.replace('@example.org', '')))
const events = (count: number) => Array.from({ length: count }, (_, index) => connectionEvent(index))
const accept: Script = ({ text }, response) => response.end(JSON.stringify({ results: messagesOf(text).map(() => 'ok') }))
/** Refuses every request that holds one of these people, and does not say why. */
const refuseWhole =
  (...bad: number[]): Script =>
  ({ text }, response) => {
    const isBad = messagesOf(text).some(({ person }) => bad.some((number) => person === `person${number}@example.org`))
    if (isBad) response.writeHead(422).end('no')
    else response.end(JSON.stringify({ results: messagesOf(text).map(() => 'ok') }))
  }

describe('options', () => {
  it.each([
    [{ apiKey: '' }, 'option "apiKey": must not be empty'],
    [{ apiKey: 'two words' }, 'option "apiKey": must be printable ASCII'],
    [{ shopp: 'x' }, 'unknown option "shopp"'],
    [{ baseUrl: 'shop.example' }, 'option "baseUrl": must be a URL'],
    [{ baseUrl: 'http://shop.example' }, 'option "baseUrl": must be https'],
    [{ baseUrl: 'https://shop.example/path' }, 'option "baseUrl": must be an origin'],
    [{ baseUrl: 'https://user:pass@shop.example' }, 'option "baseUrl": must not hold credentials'],
    [{ identifyBy: 'phone' }, 'option "identifyBy": must be one of email, customerId, mobile'],
    [{ identifyBy: [] }, 'option "identifyBy"'],
    [{ events: { 'purchase.made': 'x' } }, 'unknown option'],
    [{ events: { 'purchase.created': '' } }, 'option "events.purchase.created"'],
    [{ linkUrl: 'nowhere' }, 'option "linkUrl"'],
    [{ currency: 'usd' }, 'option "currency": must be an ISO 4217 code'],
    [{ concurrency: 0 }, 'option "concurrency"'],
    [{ filter: true }, 'option "filter": must be a function'],
    [{ shop: 7 }, 'option "shop"'],
  ])('%o are refused at once, naming what is wrong', (wrong, message) => {
    const options: ShopOptions = JSON.parse(JSON.stringify({ apiKey: 'key', shop: 'one', ...wrong }))
    expect(() => createShopConnector(options)).toThrow(OptionsError)
    expect(() => createShopConnector(options)).toThrow(message)
  })

  it('that are wrong do not show the key', () => {
    expect(() => createShopConnector({ apiKey: 'secret with space', shop: 'one' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    )
  })

  it.each(['http://localhost:8080', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://proxy.example'])(
    'allow %s as base URL',
    async (baseUrl) => {
      await createShopConnector({ apiKey: 'key', shop: 'one', baseUrl }).close()
    },
  )
})

describe('deliver', () => {
  it('sends in requests of at most the allowed messages, and gives one result per event in order', async () => {
    const shop = await connect(accept)
    const results = await shop.deliver(events(25))
    expect(results).toStrictEqual(Array.from({ length: 25 }, () => ({ status: 'delivered' })))
    expect(server?.requests.map(({ text }) => messagesOf(text).length)).toStrictEqual([10, 10, 5])
  })

  it('sends nothing for no events', async () => {
    const shop = await connect(accept)
    expect(await shop.deliver([])).toStrictEqual([])
    expect(server?.requests).toHaveLength(0)
  })

  it('skips and rejects single events without costing the others', async () => {
    const shop = await connect(accept, {
      events: { 'account.disconnected': false },
      simulated: 'skip',
      historical: 'skip',
      filter: (event) => {
        if (event.id === 'event-5') throw new TypeError('person5@example.org')
        return event.id !== 'event-4'
      },
    })
    const results = await shop.deliver([
      connectionEvent(0),
      connectionEvent(1, { type: 'account.disconnected' }),
      connectionEvent(2, { isSimulated: true }),
      connectionEvent(3, { isHistorical: true }),
      connectionEvent(4),
      connectionEvent(5),
      connectionEvent(6, { customer: { id: 'c', email: 'not an email', mobile: null } }),
      connectionEvent(7),
    ])
    expect(results).toMatchObject([
      { status: 'delivered' },
      { status: 'skipped', reason: 'events of type account.disconnected are switched off' },
      { status: 'skipped', reason: 'simulated events are skipped' },
      { status: 'skipped', reason: 'historical purchases are skipped' },
      { status: 'skipped', reason: 'filtered out' },
      { status: 'rejected', error: { code: 'ERR_MAPPING' } },
      { status: 'rejected', error: { code: 'ERR_NO_IDENTIFIER' } },
      { status: 'delivered' },
    ])
    expect(people()).toStrictEqual([['person0', 'person7']])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['returns a promise', () => Promise.resolve({}) as never],
    ['returns nothing', () => undefined as never],
    ['returns what JSON cannot hold', () => ({ big: 1n })],
  ])('rejects an event whose mapping %s', async (_, properties) => {
    const shop = await connect(accept, { properties })
    expect(await shop.deliver(events(2))).toMatchObject([
      { status: 'rejected', error: { code: 'ERR_MAPPING' } },
      { status: 'rejected', error: { code: 'ERR_MAPPING' } },
    ])
  })

  it('rejects an event that is too large on its own and keeps every request under the limit', async () => {
    const shop = await connect(accept, {
      properties: (event, properties) => ({ ...properties, text: 'é'.repeat(event.id === 'event-1' ? 1_000 : 900) }),
    })
    const results = await shop.deliver(events(10))
    expect(results.map(({ status }) => status)).toStrictEqual(['delivered', 'rejected', ...Array(8).fill('delivered')])
    expect(results[1]).toMatchObject({ error: { code: 'ERR_TOO_LARGE' } })
    for (const { text } of server?.requests ?? []) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(10_000)
    expect(server?.requests).toHaveLength(2)
  })

  it('rejects an event that is too large only with its envelope', async () => {
    const shop = await connect(accept, {
      api: { limits: { maxMessagesPerRequest: 9, maxBytesPerRequest: 1_000, requestRates: [], deduplicates: 'no' } },
      properties: (event, properties) => ({ ...properties, text: 'x'.repeat(event.id === 'event-1' ? 905 : 890) }),
    })
    const results = await shop.deliver(events(3))
    expect(results.map(({ status }) => status)).toStrictEqual(['delivered', 'rejected', 'delivered'])
    for (const { text } of server?.requests ?? []) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000)
  })

  it('counts what the destination does not account for as not delivered', async () => {
    const shop = await connect((_, response) => response.end('{"results":["ok"]}'))
    expect(await shop.deliver(events(2))).toMatchObject([
      { status: 'delivered' },
      { status: 'retry', reason: 'unreadable', mayHaveArrived: true, error: { code: 'ERR_UNACCOUNTED' } },
    ])
  })

  it('sends again, once and together, what was refused only because of others', async () => {
    const shop = await connect(({ text }, response) => {
      const sent = messagesOf(text)
      const hasBad = sent.some(({ person }) => person.startsWith('person3@'))
      const results = sent.map(({ person }) => (person.startsWith('person3@') ? 'bad' : hasBad ? 'refused' : 'ok'))
      response.end(JSON.stringify({ results }))
    })
    const results = await shop.deliver(events(10))
    expect(results.map(({ status }) => status)).toStrictEqual([
      ...Array(3).fill('delivered'),
      'rejected',
      ...Array(6).fill('delivered'),
    ])
    expect(server?.requests).toHaveLength(2)
  })

  it('finds the one event that spoils a request of 100 in at most ten more requests', async () => {
    for (const bad of [0, 37, 63, 99]) {
      const shop = await connect(refuseWhole(bad), { maxMessages: 100 })
      const results = await shop.deliver(events(100))
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
      expect(results[bad]).toMatchObject({ status: 'rejected', error: { code: 'ERR_REJECTED', status: 422 } })
      expect(server?.requests.length).toBeLessThanOrEqual(11)
      await shop.close()
      await server?.close()
    }
  })

  it('finds several, and when all are at fault says so of each', async () => {
    const some = await connect(refuseWhole(1, 2, 8))
    expect((await some.deliver(events(10))).flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toStrictEqual(
      [1, 2, 8],
    )
    await some.close()
    await server?.close()
    const all = await connect((_, response) => response.writeHead(400).end('{}'))
    expect((await all.deliver(events(10))).every(({ status }) => status === 'rejected')).toBe(true)
  })

  it('halves a request that is too large for the destination', async () => {
    const shop = await connect(({ text }, response) => {
      const sent = messagesOf(text)
      if (sent.length > 3) response.writeHead(413).end()
      else response.end(JSON.stringify({ results: sent.map(() => 'ok') }))
    })
    expect((await shop.deliver(events(10))).every(({ status }) => status === 'delivered')).toBe(true)
  })

  it.each([
    [401, { status: 'blocked', error: { code: 'ERR_CREDENTIALS', status: 401 } }],
    [403, { status: 'blocked', error: { code: 'ERR_CREDENTIALS' } }],
    [404, { status: 'blocked', error: { code: 'ERR_DESTINATION_NOT_FOUND' } }],
    [410, { status: 'blocked', error: { code: 'ERR_DESTINATION_NOT_FOUND' } }],
    [415, { status: 'blocked', error: { code: 'ERR_DESTINATION_NOT_FOUND' } }],
    [302, { status: 'blocked', error: { code: 'ERR_REDIRECTED' } }],
    [408, { status: 'retry', reason: 'unavailable', error: { code: 'ERR_UNAVAILABLE' } }],
    [429, { status: 'retry', reason: 'rate_limited', retryAfterMs: 7_000, error: { code: 'ERR_RATE_LIMITED' } }],
    [500, { status: 'retry', reason: 'unavailable', error: { code: 'ERR_UNAVAILABLE' } }],
    [503, { status: 'retry', reason: 'unavailable', retryAfterMs: 7_000 }],
    [504, { status: 'retry', reason: 'unavailable', mayHaveArrived: true }],
    [200, { status: 'retry', reason: 'unreadable', mayHaveArrived: true, error: { code: 'ERR_UNREADABLE_ANSWER' } }],
  ])('says of an answer of HTML with status %i: %o', async (status, expected) => {
    const shop = await connect((_, response) => response.writeHead(status, { 'retry-after': '7' }).end('<html>'))
    expect(await shop.deliver(events(1))).toMatchObject([expected])
  })

  it.each([
    [401, 'blocked'],
    [429, 'retry'],
  ])('sends nothing more in a call after a %i', async (status, expected) => {
    const shop = await connect((_, response) => response.writeHead(status).end(), { concurrency: 1 })
    const results = await shop.deliver(events(30))
    expect(results.every((result) => result.status === expected)).toBe(true)
    expect(server?.requests).toHaveLength(1)
  })

  it('resolves when aborted: what was not sent is retry', async () => {
    const controller = new AbortController()
    const shop = await connect(() => controller.abort(), { concurrency: 1 })
    const results = await shop.deliver(events(30), { signal: controller.signal })
    expect(results).toHaveLength(30)
    for (const result of results) expect(result).toMatchObject({ status: 'retry', error: { code: 'ERR_ABORTED' } })
    expect(results.map((result) => 'mayHaveArrived' in result)).toStrictEqual([...Array(10).fill(true), ...Array(20).fill(false)])
  })

  it('opens no more sockets than its concurrency', async () => {
    const shop = await connect(accept, { maxMessages: 1, concurrency: 3 })
    await Promise.all([shop.deliver(events(20)), shop.deliver(events(20))])
    expect(server?.peakSockets()).toBe(3)
  })

  it('joins repeats where the destination wants each key once', async () => {
    const shop = await connect(accept, { api: { dedupeKey: ({ person }) => person } })
    expect(await shop.deliver([connectionEvent(1), connectionEvent(2), connectionEvent(1)])).toMatchObject(
      Array(3).fill({ status: 'delivered' }),
    )
    expect(people()).toStrictEqual([['person1', 'person2']])
  })

  it('rejects an unknown outcome where that is wanted', async () => {
    const shop = await connect((_, response) => response.socket?.resetAndDestroy(), { api: { onUnknownOutcome: 'reject' } })
    expect(await shop.deliver(events(1))).toMatchObject([{ status: 'rejected', error: { code: 'ERR_OUTCOME_UNKNOWN' } }])
  })

  it('tells neither keys nor people in the errors of a batch', async () => {
    const shop = await connect(({ headers }, response) =>
      response
        .writeHead(500)
        .end(
          `${headers.authorization} zoe.at.home@example.net Zoë Zo\\u00eb O\\"Neil +15005550006 84101 person1@example.org customer-1 PERSON7@EXAMPLE.ORG customer-7`,
        ),
    )
    const seen = inspect(await shop.deliver([profileEvent(), connectionEvent(7)]), { depth: 9 })
    expect(seen).toContain('HTTP 500')
    for (const secret of ['secret', 'zoe', 'Zo', 'Neil', '5005550006', '84101', 'customer-1', 'example.org', 'customer-7']) {
      expect(seen.toLowerCase()).not.toContain(secret.toLowerCase())
    }
  })
})

describe('plan', () => {
  it('is what is sent, without the key', async () => {
    const shop = await connect(accept, { linkUrl: 'https://link.example/abc?brand=one' })
    const plan = shop.plan([...events(12), connectionEvent(12, { customer: { id: null, email: null, mobile: null } })])
    await shop.deliver(events(12))
    expect(plan.requests.map(({ body }) => JSON.stringify(body))).toStrictEqual(server?.requests.map(({ text }) => text))
    expect(plan.requests[0]).toMatchObject({ method: 'POST', url: `${server?.url}/messages`, headers: { 'x-shop': 'one' } })
    expect(plan.requests.map(({ eventIds }) => eventIds.length)).toStrictEqual([10, 2])
    expect(plan.notSent).toMatchObject([
      { eventId: 'event-12', result: { status: 'rejected', error: { code: 'ERR_NO_IDENTIFIER' } } },
    ])
    expect(inspect(plan, { depth: 9 })).not.toContain('secret')
    expect(messagesOf(server?.requests[0]?.text ?? '')[0]?.properties).toStrictEqual({
      id: 'event-0',
      linkUrl: 'https://link.example/abc?brand=one&connection_id=connection-0',
    })
  })
})

describe('check', () => {
  it('asks with the credentials', async () => {
    const shop = await connect((_, response) => response.end())
    expect(await shop.check()).toMatchObject({ ok: true, proved: ['answered 200'] })
    expect(server?.requests[0]?.headers.authorization).toBe('Bearer shop-secret-key-123')
  })

  it('says that there was no answer', async () => {
    const shop = await connect((_, response) => response.socket?.resetAndDestroy())
    expect(await shop.check()).toMatchObject({ ok: false, problems: [expect.stringContaining('No answer from Shop')] })
  })
})

it('a closed connector resolves what is in flight', async () => {
  const shop = await connect(() => void shop.close())
  expect(await shop.deliver(events(1))).toMatchObject([{ status: 'retry', error: { code: 'ERR_ABORTED' } }])
})
