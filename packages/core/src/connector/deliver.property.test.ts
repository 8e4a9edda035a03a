import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectionEvent } from '../../test/events.ts'
import { createScriptedServer, type ScriptedServer } from '../../test/scripted-server.ts'
import { createShopConnector, type ShopMessage } from '../../test/shop-connector.ts'
import type { Connector } from './connector.ts'

/** One answer of the destination. */
type Answer =
  | { readonly kind: 'results'; readonly results: readonly string[] }
  | { readonly kind: 'status'; readonly status: number; readonly body: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'half' }

const answer: fc.Arbitrary<Answer> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('results' as const),
      results: fc.array(fc.constantFrom('ok', 'bad', 'refused', ''), { maxLength: 14 }),
    }),
  },
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 504),
    body: fc.constantFrom('', '<html>', '{"results":', '{"results":[1]}', 'ECHO'),
  }),
  fc.constant({ kind: 'reset' as const }),
  fc.constant({ kind: 'half' as const }),
)

let server: ScriptedServer
let connector: Connector
let answers: Answer[] = []
let accepted = new Set<string>()

beforeAll(async () => {
  server = await createScriptedServer(({ text, headers }, response) => {
    const next = answers.shift() ?? { kind: 'status' as const, status: 500, body: '' }
    switch (next.kind) {
      case 'results': {
        const messages: ShopMessage[] = JSON.parse(text).messages
        for (const [index, message] of messages.entries()) {
          if (next.results[index] === 'ok') accepted.add(String(message.properties['id']))
        }
        response.end(JSON.stringify(next))
        break
      }
      case 'status':
        response
          .writeHead(next.status, { 'retry-after': '1' })
          .end(next.body === 'ECHO' ? `${headers.authorization} ${text}` : next.body)
        break
      case 'reset':
        response.socket?.resetAndDestroy()
        break
      case 'half':
        response.writeHead(200, { 'content-length': '99' }).write('{"results":["ok"')
        response.socket?.destroySoon()
        break
    }
  })
  connector = createShopConnector({ apiKey: 'shop-secret-key-123', shop: 'one', baseUrl: server.url, simulated: 'skip' })
})

afterAll(async () => {
  await connector.close()
  await server.close()
})

it('gives one result per event, in order, and none is delivered that the destination did not say it took', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('good', 'simulated', 'nobody'), { maxLength: 24 }),
      fc.array(answer, { maxLength: 12 }),
      async (kinds, script) => {
        answers = [...script]
        accepted = new Set()
        const events = kinds.map((kind, index) => {
          const event = connectionEvent(index, { isSimulated: kind === 'simulated' })
          return kind === 'nobody' ? { ...event, customer: { id: null, email: null, mobile: null } } : event
        })
        const results = await connector.deliver(events)
        expect(results).toHaveLength(events.length)
        for (const [index, kind] of kinds.entries()) {
          const status = results[index]?.status
          if (kind === 'simulated') expect(status).toBe('skipped')
          else if (kind === 'nobody') expect(status).toBe('rejected')
          else if (status === 'delivered') expect(accepted).toContain(`event-${index}`)
          else expect(status).toMatch(/^(rejected|retry|blocked)$/)
        }
        const told = [results, inspect(results, { depth: 9 })].map((value) => JSON.stringify(value)).join()
        expect(told).not.toContain('shop-secret-key')
        expect(told).not.toContain('@example.org')
        expect(told).not.toMatch(/customer-\d/)
      },
    ),
    { numRuns: 1_000 },
  )
}, 120_000)
