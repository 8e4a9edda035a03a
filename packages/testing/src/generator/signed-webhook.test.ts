import { verifyWebhook } from '@subtotal-connectors/core'
import { expect, test } from 'vitest'
import { signedWebhook } from './signed-webhook.ts'

test('a signed webhook verifies with its secret and at its time, and with no other', () => {
  const now = new Date('2026-01-21T12:00:00.000Z')
  const { body, headers } = signedWebhook('{"type":"purchase.created"}', 'a secret of the test', now)
  expect(headers['content-type']).toBe('application/json')
  expect(verifyWebhook({ body, headers, secrets: ['a secret of the test'], now }).timestamp).toStrictEqual(now)
  expect(() => verifyWebhook({ body, headers, secrets: ['another secret'], now })).toThrow()
  expect(() => verifyWebhook({ body: `${body} `, headers, secrets: ['a secret of the test'], now })).toThrow()
})
