import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { createMockKlaviyo, createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { expect, it } from 'vitest'
import { createServer } from './create-server.ts'

it('delivers a signed webhook and refuses a forged one', async () => {
  const klaviyo = await createMockKlaviyo()
  const connector = createKlaviyoConnector({ apiKey: 'pk_test', baseUrl: klaviyo.url })
  const { promise: delivered, resolve } = Promise.withResolvers<string>()
  const server = createServer({ connector, signingSecret: 'secret', log: (line) => !line.startsWith('refused') && resolve(line) })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const webhook = createWebhookGenerator({ seed: 1 }).next()
  const { body, headers } = signedWebhook(webhook.body, 'secret', new Date())
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(202)
  expect(await delivered).toMatch(/delivered$/)
  expect(klaviyo.accepted).toHaveLength(1)

  const forged = signedWebhook(webhook.body, 'another secret', new Date())
  expect((await fetch(url, { method: 'POST', body, headers: forged.headers })).status).toBe(401)

  server.close()
  await connector.close()
  await klaviyo.close()
})
