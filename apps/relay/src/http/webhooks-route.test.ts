import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../clock/clock.ts'
import { createBodyBudget } from '../ingest/body-budget.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import { HttpError } from './http-error.ts'
import type { HttpEnvironment } from './webhooks-route.ts'
import { webhooksRoute } from './webhooks-route.ts'

async function serve(receive: Parameters<typeof webhooksRoute>[0]['receive']) {
  const events = createRelayEvents()
  const answered: string[] = []
  events.on('webhook:answered', ({ result }) => answered.push(result))
  const app = new Hono<HttpEnvironment>()
  app.post('/', webhooksRoute({ bodyLimitBytes: 1_000, budget: createBodyBudget(1e6), events, clock: systemClock, receive }))
  app.onError((error) => (error instanceof HttpError ? error.toResponse() : new Response('', { status: 500 })))
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}/`, answered }
}

test('what cannot be stored is answered 503 with a time to come back, and without a word of why', async () => {
  const { url, answered } = await serve(() => Promise.reject(new Error('SQLITE_FULL: robin@shoppers.example')))
  const answer = await fetch(url, { method: 'POST', body: 'x' })
  expect(answer.status).toBe(503)
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(await answer.json()).toEqual({ error: { code: 'ERR_STORE_UNAVAILABLE', message: 'Not stored; send it again.' } })
  expect(answered).toEqual(['unavailable'])
})

test('the body is handed on byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  let given: Uint8Array | undefined
  const { url } = await serve(async (body) => {
    given = body
    return { result: 'ignored', id: null }
  })
  await fetch(url, { method: 'POST', body: bytes })
  expect(Buffer.from(given ?? [])).toEqual(Buffer.from(bytes))
})
