import type { CheckResult } from '@subtotal-connectors/core'
import { createMockKlaviyo, type Failure, type MockKlaviyo } from '@subtotal-connectors/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schemaErrors } from '../test/klaviyo-schema.ts'
import { checkNotes } from './check-notes.ts'
import { createKlaviyoConnector } from './klaviyo-connector.ts'

const apiKey = 'pk_0f1e2d3c4b5a69788796a5b4c3d2e1f0ab'
let mock: MockKlaviyo

async function start(options: Parameters<typeof createMockKlaviyo>[0] = {}): Promise<void> {
  mock = await createMockKlaviyo({ apiKey, ...options })
}
beforeEach(() => start())
afterEach(() => mock.close())

async function check(key: string = apiKey): Promise<CheckResult> {
  const klaviyo = createKlaviyoConnector({ apiKey: key, baseUrl: mock.url, linkUrl: 'https://link.subtotal.com/zSG5nWHy' })
  const result = await klaviyo.check()
  await klaviyo.close()
  expect(mock.accepted).toStrictEqual([])
  expect(JSON.stringify(result)).not.toContain(key)
  return result
}

async function restart(options: Parameters<typeof createMockKlaviyo>[0]): Promise<void> {
  await mock.close()
  await start(options)
}

async function checkAfter(failure: Failure): Promise<CheckResult> {
  mock.fail(failure, { times: Number.POSITIVE_INFINITY })
  return check()
}

test('a right key: its account is named, and that it may write events', async () => {
  expect(await check()).toStrictEqual({
    ok: true,
    proved: [
      'Klaviyo knows the API key: it belongs to account MoCk01.',
      '/api/events answers under revision 2026-07-15 and refused an incomplete event for its content, not for the API key.',
    ],
    problems: [],
    notes: ['It is a test account.'],
  })
  expect(mock.requests.map(({ method, path }) => `${method} ${path}`)).toStrictEqual(['GET /api/accounts', 'POST /api/events'])
})

test('what is posted is no event by the specification', async () => {
  await check()
  expect(schemaErrors('/api/events', mock.requests[1]?.json)).not.toStrictEqual([])
})

test('a key that may only write events is enough', async () => {
  await restart({ scopes: ['events:write'] })
  expect(await check()).toMatchObject({
    ok: true,
    problems: [],
    notes: ['The API key lacks the scope accounts:read, so its account is not known. Events do not need it.'],
  })
})

test('a key that may not write events is not', async () => {
  await restart({ scopes: ['accounts:read'] })
  expect(await check()).toMatchObject({
    ok: false,
    problems: ['The API key lacks the scope events:write. Make a key that has it.'],
  })
})

test.each([401, 400] as const)('a wrong key, answered %d', async (authenticationStatus) => {
  await restart({ authenticationStatus })
  expect(await check('pk_another_key')).toMatchObject({
    ok: false,
    proved: [],
    problems: [`Klaviyo refused the API key (HTTP ${authenticationStatus}). Set apiKey to a private key (pk_…) of the account.`],
  })
})

describe('what else can be in the way', () => {
  test.each<[string, Failure, RegExp]>([
    ['a retired revision', { kind: 'answer', status: 410 }, /retired revision 2026-07-15/],
    ['too many checks', { kind: 'answer', status: 429 }, /Try again in a minute/],
    ['an outage', { kind: 'answer', status: 503 }, /not available \(HTTP 503\)/],
    ['another server', { kind: 'html' }, /Check baseUrl/],
    ['a server without the path', { kind: 'answer', status: 404 }, /Check baseUrl/],
    ['no answer', { kind: 'reset' }, /No answer from Klaviyo/],
  ])('%s', async (_, failure, problem) => {
    const result = await checkAfter(failure)
    expect(result).toMatchObject({ ok: false, proved: [] })
    expect(result.problems).toHaveLength(1)
    expect(result.problems[0]).toMatch(problem)
  })

  test('an endpoint that answers nothing known to the incomplete event', async () => {
    const answers = [{ status: 200, body: { data: [{ id: 'AbC123', attributes: {} }] } }, { status: 202 }]
    for (const answer of answers) mock.fail({ kind: 'answer', ...answer })
    expect(await check()).toMatchObject({
      ok: false,
      proved: ['Klaviyo knows the API key: it belongs to account AbC123.'],
      problems: ["The answer about an event was not Klaviyo's (HTTP 202). Check baseUrl."],
    })
  })
})

describe('notes about the options', () => {
  const linkUrl = 'https://link.subtotal.com/zSG5nWHy'
  test.each([
    [{ linkUrl }, []],
    [{}, [/^linkUrl is not set/]],
    [{ linkUrl, identifyBy: 'customerId' }, [/external_id/]],
    [{ linkUrl, identifyBy: 'mobile' }, [/SMS/]],
    [{ linkUrl, identifyBy: ['email', 'mobile'] }, [/SMS/, /two profiles/]],
    [{ linkUrl, backfill: false }, [/^backfill is off/]],
    [{ linkUrl, backfill: false, historical: 'skip' }, []],
    [{ linkUrl, value: 'total' }, [/^currency is not set/]],
    [{ linkUrl, currency: 'USD' }, [/^currency is set without value/]],
    [{ linkUrl, value: 'total', currency: 'USD' }, []],
    [{ linkUrl, writeContact: true }, [/^writeContact does nothing/]],
    [{ linkUrl, writeContact: true, profiles: 'both' }, []],
  ] as const)('%o', (options, expected) => {
    const notes = checkNotes({ apiKey, ...options })
    expect(notes).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(notes[index]).toMatch(pattern)
  })
})
