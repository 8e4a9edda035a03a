import type { Failure, MockBrazeOptions } from '@subtotal-connectors/testing/mocks'
import { createMockBraze, revokedBrazeKey } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createBrazeConnector } from './braze-connector.ts'
import type { BrazeConnectorOptions } from './braze-connector-options.ts'
import { checkNotes } from './check-notes.ts'

const apiKey = 'a-key-of-the-test'

async function check(options: Partial<BrazeConnectorOptions> = {}, mockOptions: MockBrazeOptions = {}, failure?: Failure) {
  const mock = await createMockBraze(mockOptions)
  const connector = createBrazeConnector({ apiKey, baseUrl: mock.url, ...options })
  onTestFinished(async () => {
    await connector.close()
    await mock.close()
  })
  if (failure !== undefined) mock.fail(failure)
  return { mock, result: await connector.check() }
}

describe('check', () => {
  test('proves key, host and permission, and creates nothing', async () => {
    const { mock, result } = await check()
    expect(result).toMatchObject({ ok: true, problems: [] })
    expect(result.proved).toStrictEqual([
      `${mock.url} knows the API key and lets it use /users/track: it answered a request without data with 400.`,
    ])
    expect(mock.accepted).toStrictEqual([])
    expect(mock.requests.map(({ json }) => json)).toStrictEqual([{ attributes: [], events: [] }])
  })

  test.each<[string, Partial<BrazeConnectorOptions>, MockBrazeOptions, RegExp]>([
    ['a key that Braze does not know', { apiKey: revokedBrazeKey }, {}, /apiKey.*instance/],
    ['a key without the permission', {}, { permissions: [] }, /users\.track/],
    ['an account that is not active', {}, { isAccountActive: false }, /account is active/],
  ])('tells of %s', async (_, options, mockOptions, words) => {
    const { result } = await check(options, mockOptions)
    expect(result).toMatchObject({ ok: false, proved: [], problems: [expect.stringMatching(words)] })
    expect(JSON.stringify(result)).not.toContain(options.apiKey ?? apiKey)
  })

  test.each<[string, Failure, RegExp]>([
    ['404', { kind: 'answer', status: 404, body: { message: 'Not Found' } }, /instance or baseUrl/],
    ['429', { kind: 'answer', status: 429, body: { message: 'slow down' } }, /Try again later/],
    ['500', { kind: 'answer', status: 500 }, /answered 500/],
    ['a redirect', { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /answered 302/],
    ['a web page', { kind: 'html' }, /answered 200/],
    ['400 from something else', { kind: 'answer', status: 400, body: '<html>' }, /answered 400/],
    ['no answer', { kind: 'reset' }, /No answer/],
  ])('proves nothing by %s', async (_, failure, words) => {
    const { result } = await check({}, {}, failure)
    expect(result).toMatchObject({ ok: false, proved: [], problems: [expect.stringMatching(words)] })
    expect(result.notes).not.toStrictEqual([])
  })
})

describe('notes of a check', () => {
  const quiet: BrazeConnectorOptions = { apiKey, historical: 'skip', linkUrl: 'https://link.example/a' }

  test('are none where nothing can surprise', () => {
    expect(checkNotes(quiet)).toStrictEqual([])
    expect(
      checkNotes({ ...quiet, identifyBy: ['email'], writeContact: true, profiles: 'both', events: { 'purchase.created': 'x' } }),
    ).toHaveLength(1)
    expect(checkNotes({ ...quiet, identifyBy: 'customerId', writeContact: true, profiles: 'both' })).toStrictEqual([])
  })

  test.each<[string, Partial<BrazeConnectorOptions>, RegExp]>([
    ['historical purchases', { historical: 'send' }, /Canvas/],
    ['updateExistingOnly', { updateExistingOnly: true }, /updateExistingOnly/],
    ['a list of identifiers', { identifyBy: ['email', 'mobile'] }, /two profiles/],
    ['writeContact without attributes', { writeContact: true }, /does nothing/],
    [
      'writeContact with an identifier that is contact',
      { writeContact: true, profiles: 'both', identifyBy: 'mobile' },
      /customerId/,
    ],
    ['currency', { currency: 'USD' }, /currency/],
    ['a name with a schema of its own', { events: { 'purchase.created': 'ecommerce.order_placed' } }, /ecommerce\.order_placed/],
  ])('tell of %s', (_, options, words) => {
    expect(checkNotes({ ...quiet, ...options })).toStrictEqual([expect.stringMatching(words)])
  })

  test('tell of a missing Link URL', () => {
    expect(checkNotes({ apiKey, historical: 'skip' })).toStrictEqual([expect.stringMatching(/linkUrl/)])
  })
})
