import { expect, it } from 'vitest'
import { redact } from '../redaction/redact.ts'
import { secretsOf } from './secrets-of.ts'

const key = 'ab/cd+ef&g-h-k9'
const values = secretsOf({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })

it.each([
  ['the key', key],
  ['the header', `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
  ['the key in Base64', Buffer.from(key).toString('base64')],
  ['the header in Base64', Buffer.from(`Basic ${Buffer.from(`${key}:`).toString('base64')}`).toString('base64')],
])('knows %s', (_, text) => {
  const result = redact(`log: ${text} end`, { values, words: new Set() })
  expect(result).toContain('[redacted]')
  expect(result).not.toContain(text.slice(0, 12))
})
