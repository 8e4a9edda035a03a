import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRelay, loadConfig } from '@subtotal-connectors/relay'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { expect, test, vi } from 'vitest'
import { createMockIterable } from './mock-iterable.ts'

const signingSecret = 'signing-secret-of-the-tests'

test('the relay of relay.config.ts delivers a signed webhook to Iterable', async () => {
  const mock = await createMockIterable()
  const folder = await mkdtemp(join(tmpdir(), 'custom-connector-'))
  vi.stubEnv('ITERABLE_API_KEY', 'key')
  vi.stubEnv('ITERABLE_BASE_URL', mock.url)
  const config = await loadConfig({
    env: {
      PORT: '0',
      LOG_LEVEL: 'silent',
      RELAY_STORE: `sqlite:${join(folder, 'relay.db')}`,
      SUBTOTAL_SIGNING_SECRET: signingSecret,
    },
    cwd: join(import.meta.dirname, '..'),
  })
  const relay = await createRelay(config)

  const { body, headers } = signedWebhook(createWebhookGenerator({ seed: 1 }).next().body, signingSecret)
  const answer = await fetch(`${relay.url}/webhooks/subtotal`, { method: 'POST', body, headers })
  expect(answer.status).toBe(202)
  await vi.waitFor(() => expect(mock.accepted).toHaveLength(1), { timeout: 30_000 })
  expect(mock.accepted[0]?.eventName).toBe('subtotal_account_connected')

  await relay.stop()
  await mock.close()
  await rm(folder, { recursive: true })
}, 60_000)
