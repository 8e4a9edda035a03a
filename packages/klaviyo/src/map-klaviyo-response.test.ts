import type { DestinationResponse } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { schemaErrors } from '../test/klaviyo-schema.ts'
import { messageOf } from '../test/message-of.ts'
import bulkNamed from './__fixtures__/bulk-400-named.json' with { type: 'json' }
import conflict from './__fixtures__/conflict-409.json' with { type: 'json' }
import notAuthenticated from './__fixtures__/not-authenticated-401.json' with { type: 'json' }
import single from './__fixtures__/single-400.json' with { type: 'json' }
import { mapKlaviyoResponse } from './map-klaviyo-response.ts'

const message = messageOf(makeConnectionEvent('account.connected'))
const several = (count: number) => Array.from({ length: count }, () => message)
const response = (status: number, json?: unknown): DestinationResponse => ({
  status,
  headers: {},
  json,
  text: json === undefined ? '' : JSON.stringify(json),
})
const statuses = (answer: DestinationResponse, count: number) =>
  mapKlaviyoResponse(answer, several(count))?.map((result) => result.status)
const errorAt = (pointer: string, detail = 'Not valid.') => ({
  id: 'e',
  status: 400,
  code: 'invalid',
  title: 'Invalid input.',
  detail,
  source: { pointer },
})
const group = (index: number | string, rest = '/attributes/events/data/0/attributes/time') =>
  `/data/attributes/events-bulk-create/data/${index}${rest}`

test.each([bulkNamed, single, conflict, notAuthenticated])('the fixture %# is an answer as Klaviyo describes it', (fixture) => {
  expect(schemaErrors('error', fixture)).toStrictEqual([])
})

describe('202', () => {
  test('without a body: every message is delivered', () => {
    expect(mapKlaviyoResponse(response(202), several(3))).toStrictEqual(Array(3).fill({ status: 'delivered' }))
  })

  test('with JSON that holds no errors: delivered too', () => {
    expect(statuses(response(202, { data: null }), 1)).toStrictEqual(['delivered'])
  })

  test('with a web page, half a JSON text or an error list: nobody knows', () => {
    expect(mapKlaviyoResponse({ ...response(202), text: '<html>' }, several(1))).toBeUndefined()
    expect(mapKlaviyoResponse({ ...response(202), text: '{"da' }, several(1))).toBeUndefined()
    expect(mapKlaviyoResponse(response(202, bulkNamed), several(2))).toBeUndefined()
  })
})

test.each([200, 201, 204, 301, 401, 403, 405, 408, 410, 413, 415, 429, 500, 502, 503, 504, 524])(
  '%d is read by its status',
  (status) => {
    expect(mapKlaviyoResponse(response(status, bulkNamed), several(2))).toBeUndefined()
  },
)

describe('400 and 409 for one event', () => {
  test('rejects it with the words of Klaviyo', () => {
    expect(mapKlaviyoResponse(response(400, single), several(1))).toMatchObject([
      {
        status: 'rejected',
        error: {
          code: 'ERR_REJECTED',
          status: 400,
          message: 'Klaviyo refused the event: Invalid input. Invalid email address (HTTP 400).',
          body: JSON.stringify(single),
        },
      },
    ])
  })

  test.each([
    ['identifiers that disagree', 409, conflict],
    ['a duplicate email', 400, { errors: [{ code: 'invalid', detail: 'Duplicate email found: robin@shoppers.example' }] }],
    [
      'a profile that does not exist',
      404,
      { errors: [{ code: 'not_found', detail: 'A profile with id 01J does not exist.', source: { pointer: '/data/' } }] },
    ],
  ])('%s: rejected', (_, status, json) => {
    expect(statuses(response(status, json), 1)).toStrictEqual(['rejected'])
  })

  test.each([undefined, null, 'no', [], { errors: 'no' }, { errors: [null, 7, { title: 4, source: 'x' }] }])(
    'with the body %j: rejected, without words',
    (json) => {
      expect(mapKlaviyoResponse(response(400, json), several(1))).toMatchObject([
        { status: 'rejected', error: { message: 'Klaviyo refused the event: no reason given (HTTP 400).' } },
      ])
    },
  )
})

describe('400 for several events', () => {
  test('rejects the named and leaves the rest to be sent again', () => {
    expect(mapKlaviyoResponse(response(400, bulkNamed), several(3))).toMatchObject([
      { status: 'refused' },
      {
        status: 'rejected',
        error: { code: 'ERR_REJECTED', message: 'Klaviyo refused the event: Invalid input. Invalid email address (HTTP 400).' },
      },
      { status: 'refused' },
    ])
  })

  test('an event keeps its own errors alone', () => {
    const results = mapKlaviyoResponse(
      response(400, { errors: [errorAt(group(1), 'One.'), errorAt(group(0), 'Null.'), errorAt(group(1), 'More.')] }),
      several(2),
    )
    expect(results).toMatchObject([
      { status: 'rejected', error: { message: 'Klaviyo refused the event: Invalid input. Null. (HTTP 400).' } },
      {
        status: 'rejected',
        error: { message: 'Klaviyo refused the event: Invalid input. One. Invalid input. More. (HTTP 400).' },
      },
    ])
    expect(JSON.stringify(results?.[0])).not.toContain('One')
  })

  test.each([
    ['no error list', undefined],
    ['an error without a source', { errors: [{ code: 'invalid', title: 'Invalid input.', detail: 'Something.' }] }],
    ['a pointer at the whole request', { errors: [errorAt('/data')] }],
    ['a pointer at the list of groups', { errors: [errorAt('/data/attributes/events-bulk-create')] }],
    [
      'an index out of range',
      { errors: [errorAt(group(3)), errorAt(group(1e9)), errorAt(group('-1')), errorAt(group('9'.repeat(400)))] },
    ],
    ['an index that is none', { errors: [errorAt(group('x')), errorAt(group('01')), errorAt(group('1x'))] }],
  ])('%s: nobody is named, all are looked at', (_, json) => {
    expect(statuses(response(400, json), 3)).toStrictEqual(['refused', 'refused', 'refused'])
  })

  test('a pointer at a group as a whole names it', () => {
    expect(statuses(response(400, { errors: [errorAt(group(2, ''))] }), 3)).toStrictEqual(['refused', 'refused', 'rejected'])
  })

  test('409 with a pointer names, too', () => {
    expect(statuses(response(409, { errors: [errorAt(group(0))] }), 2)).toStrictEqual(['rejected', 'refused'])
    expect(statuses(response(409, conflict), 2)).toStrictEqual(['refused', 'refused'])
  })
})

describe('400 about the caller', () => {
  test.each([
    ['a code of authentication and the pointer of nothing', notAuthenticated.errors[0]],
    ['authentication_failed without a source', { code: 'authentication_failed', detail: 'Missing or invalid private key.' }],
    ['permission_denied', { code: 'permission_denied', source: {} }],
    ['a header', { code: 'invalid', detail: 'The revision header is required.', source: { parameter: 'revision' } }],
  ])('%s: blocked', (_, error) => {
    for (const count of [1, 3]) {
      const results = mapKlaviyoResponse(response(400, { errors: [error] }), several(count))
      expect(results).toHaveLength(count)
      for (const result of results ?? [])
        expect(result).toMatchObject({ status: 'blocked', error: { code: 'ERR_CREDENTIALS', status: 400 } })
    }
  })

  test('a code of authentication that points at an event is about the event', () => {
    expect(statuses(response(400, { errors: [{ ...errorAt(group(1)), code: 'permission_denied' }] }), 2)).toStrictEqual([
      'refused',
      'rejected',
    ])
  })
})

test('404 of a wrong address is read by its status', () => {
  expect(mapKlaviyoResponse(response(404), several(2))).toBeUndefined()
  expect(mapKlaviyoResponse(response(404, { errors: [{ code: 'not_found', detail: 'Not found.' }] }), several(2))).toBeUndefined()
})

test('whatever 400 says, there is one result per message and only named ones are rejected', () => {
  const pointer = fc.oneof(
    fc.integer({ min: -2, max: 12 }).map((index) => group(index)),
    fc.string(),
    fc.constant(undefined),
  )
  const errors = fc.array(
    fc.oneof(fc.record({ code: fc.string(), detail: fc.string(), source: fc.record({ pointer }) }), fc.jsonValue()),
  )
  fc.assert(
    fc.property(errors, fc.integer({ min: 2, max: 10 }), (list, count) => {
      const named = new Set(
        JSON.stringify(list)
          .match(/events-bulk-create\/data\/\d+/g)
          ?.map((text) => Number(text.split('/').at(-1))),
      )
      const results = mapKlaviyoResponse(response(400, { errors: list }), several(count))
      expect(results).toHaveLength(count)
      for (const [index, result] of (results ?? []).entries()) {
        expect(['refused', 'rejected']).toContain(result.status)
        expect(result.status === 'rejected').toBe(named.has(index))
      }
    }),
    { numRuns: 1_000 },
  )
})
