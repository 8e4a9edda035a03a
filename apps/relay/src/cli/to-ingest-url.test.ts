import { expect, test } from 'vitest'
import { toIngestUrl } from './to-ingest-url.ts'
import { UsageError } from './usage-error.ts'

test.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/webhooks/subtotal'],
  ['https://relay.example.com/', 'https://relay.example.com/webhooks/subtotal'],
  ['https://example.com/hooks/subtotal', 'https://example.com/hooks/subtotal'],
])('%s is posted to as %s', (url, expected) => {
  expect(toIngestUrl(url)).toBe(expected)
})

test.each(['127.0.0.1:8080', 'ftp://example.com', '', 'relay'])('"%s" is refused', (url) => {
  expect(() => toIngestUrl(url)).toThrow(UsageError)
})

test('credentials in the URL are refused and not repeated', () => {
  expect(() => toIngestUrl('https://me:secret@example.com')).toThrow(UsageError)
  expect(() => toIngestUrl('https://me:secret@example.com')).not.toThrow('secret')
})
