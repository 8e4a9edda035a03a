import type { DestinationResponse, MessageResult } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import allInvalid from './__fixtures__/users-track.all-invalid.json' with { type: 'json' }
import partialFailure from './__fixtures__/users-track.partial-failure.json' with { type: 'json' }
import success from './__fixtures__/users-track.success.json' with { type: 'json' }
import tooManyObjects from './__fixtures__/users-track.too-many-objects.json' with { type: 'json' }
import type { BrazeObject } from './braze-objects.ts'
import { mapBrazeResponse } from './map-braze-response.ts'

const event = (person: string): BrazeObject => ({
  external_id: person,
  name: 'subtotal_purchase',
  time: '2026-01-21T16:05:00Z',
  properties: {},
})
const attributes = (person: string): BrazeObject => ({ external_id: person, first_name: 'Robin' })

function answer(status: number, body: unknown): DestinationResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: {}, text, json: typeof body === 'string' ? undefined : body }
}

function read(status: number, body: unknown, objects: readonly BrazeObject[], updateExistingOnly = false) {
  return mapBrazeResponse(answer(status, body), objects, { updateExistingOnly })
}

function summary(results: readonly MessageResult[] | undefined) {
  return results?.map((result) => ('error' in result ? `${result.status} ${result.error.code}` : result.status))
}

const twoEvents = [event('a'), event('b')]
const mixed = [attributes('a'), event('a'), event('b')]
const lost = 'retry ERR_UNACCOUNTED'

describe('a success', () => {
  test.each([
    ['with counts', success, mixed],
    ['without counts', { message: 'success' }, mixed],
    ['with errors null', { message: 'success', events_processed: 2, errors: null }, twoEvents],
    ['with no errors', { message: 'success', events_processed: 2, errors: [] }, twoEvents],
    ['only queued', { message: 'queued' }, twoEvents],
    ['with counts alone', { events_processed: 2 }, twoEvents],
    [
      'with one person counted for two attribute objects',
      { message: 'success', attributes_processed: 1 },
      [attributes('a'), attributes('a')],
    ],
  ])('%s is delivered', (_, body, objects) => {
    expect(summary(read(201, body, objects))).toStrictEqual(objects.map(() => 'delivered'))
    expect(summary(read(200, body, objects))).toStrictEqual(objects.map(() => 'delivered'))
  })

  test.each([
    ['no JSON', '<html>ok</html>'],
    ['an empty body', ''],
    ['a list', []],
    ['null', null],
    ['a number', 1],
    ['an object that is not Braze’s', { ok: true }],
    ['a message of another kind', { message: 'Hello' }],
  ])('with %s is left to the default reading, which is unreadable', (_, body) => {
    expect(read(201, body, twoEvents)).toBeUndefined()
  })
})

describe('errors inside a success', () => {
  test('reject the object they name and keep Braze’s words, the others are delivered', () => {
    const results = read(201, partialFailure, twoEvents)
    expect(summary(results)).toStrictEqual(['delivered', 'rejected ERR_REJECTED'])
    expect(results?.[1]).toMatchObject({
      error: {
        status: 201,
        body: JSON.stringify(partialFailure),
        message: "Braze refused the event: 'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required (HTTP 201).",
      },
    })
  })

  const entry = (input_array: string, index: unknown, type = "'x' is not valid") => ({ type, input_array, index })
  const body = (errors: unknown, counts: object = {}) => ({ message: 'success', ...counts, errors })

  test.each<[string, unknown, readonly BrazeObject[], readonly string[]]>([
    ['index counts within its own array', body([entry('events', 0)]), mixed, ['delivered', 'rejected ERR_REJECTED', 'delivered']],
    [
      'the attributes array has its own index',
      body([entry('attributes', 0)]),
      mixed,
      ['rejected ERR_REJECTED', 'delivered', 'delivered'],
    ],
    ['an index of the events is not one of the attributes', body([entry('attributes', 1)]), mixed, [lost, lost, lost]],
    [
      'arrays may be mixed in the request',
      body([entry('events', 1), entry('attributes', 1)]),
      [event('a'), attributes('a'), event('b'), attributes('b')],
      ['delivered', 'delivered', 'rejected ERR_REJECTED', 'rejected ERR_REJECTED'],
    ],
    [
      'the order does not matter',
      body([entry('events', 1), entry('events', 0)]),
      twoEvents,
      ['rejected ERR_REJECTED', 'rejected ERR_REJECTED'],
    ],
    [
      'a repeated entry counts once',
      body([entry('events', 1), entry('events', 1)], { events_processed: 1 }),
      twoEvents,
      ['delivered', 'rejected ERR_REJECTED'],
    ],
    ['an index as digits is read', body([entry('events', '1')]), twoEvents, ['delivered', 'rejected ERR_REJECTED']],
    [
      'an index out of range leaves the others open',
      body([entry('events', 0), entry('events', 7)]),
      twoEvents,
      ['rejected ERR_REJECTED', lost],
    ],
    ['a negative index leaves all open', body([entry('events', -1)]), twoEvents, [lost, lost]],
    ['a fraction leaves all open', body([entry('events', 0.5)]), twoEvents, [lost, lost]],
    ['no index leaves all open', body([entry('events', undefined)]), twoEvents, [lost, lost]],
    ['no input_array leaves all open', body([{ type: 'x', index: 0 }]), twoEvents, [lost, lost]],
    ['purchases were not sent', body([entry('purchases', 0)]), twoEvents, [lost, lost]],
    ['an array of no known name leaves all open', body([entry('__proto__', 0)]), twoEvents, [lost, lost]],
    ['a plain string leaves all open', body(['something failed']), twoEvents, [lost, lost]],
    ['an entry of null leaves all open', body([null]), twoEvents, [lost, lost]],
    ['errors that are a string leave all open', body('something failed'), twoEvents, [lost, lost]],
    ['errors that are an object are one entry', body(entry('events', 0)), twoEvents, ['rejected ERR_REJECTED', 'delivered']],
    [
      'a missing type does not matter',
      body([{ input_array: 'events', index: 0 }]),
      twoEvents,
      ['rejected ERR_REJECTED', 'delivered'],
    ],
    [
      'fewer events counted than sent leaves the unnamed open',
      body([entry('events', 0)], { events_processed: 0 }),
      twoEvents,
      ['rejected ERR_REJECTED', lost],
    ],
    ['fewer events counted, no error named', body([], { events_processed: 1 }), twoEvents, [lost, lost]],
    [
      'fewer people counted in attributes',
      body([], { attributes_processed: 1 }),
      [attributes('a'), attributes('b')],
      [lost, lost],
    ],
    ['a count that is no number says nothing', body([], { events_processed: 'two' }), twoEvents, ['delivered', 'delivered']],
  ])('%s', (_, json, objects, expected) => {
    expect(summary(read(201, json, objects))).toStrictEqual(expected)
  })

  test('several entries for one object are told together', () => {
    const results = read(
      201,
      body([entry('events', 0, 'first'), entry('events', 0, 'second'), entry('events', 0, 'first')]),
      twoEvents,
    )
    expect(results?.[0]).toMatchObject({ error: { message: 'Braze refused the event: first; second (HTTP 201).' } })
  })

  test('what is open may have arrived', () => {
    expect(read(201, body(['something failed']), [event('a')])).toMatchObject([
      {
        status: 'retry',
        reason: 'unreadable',
        mayHaveArrived: true,
        error: { message: 'Braze refused something of the request without saying what: something failed (HTTP 201).' },
      },
    ])
  })

  test('with updateExistingOnly a lower count is what was asked for', () => {
    expect(summary(read(201, { message: 'success', events_processed: 0 }, twoEvents, true))).toStrictEqual([
      'delivered',
      'delivered',
    ])
  })

  test('for any errors there is one result per object, and nothing named as bad is delivered', () => {
    const anyEntry = fc.oneof(
      fc.record({
        type: fc.string(),
        input_array: fc.constantFrom('events', 'attributes', 'purchases'),
        index: fc.integer({ min: -1, max: 8 }),
      }),
      fc.jsonValue(),
    )
    const anyObjects = fc.array(fc.tuple(fc.boolean(), fc.string({ minLength: 1 })), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(anyObjects, fc.array(anyEntry), fc.constantFrom(200, 201, 400), (choices, errors, status) => {
        const objects = choices.map(([isEvent, person]) => (isEvent ? event(person) : attributes(person)))
        const json: unknown = JSON.parse(JSON.stringify({ message: 'success', errors }))
        const results = read(status, json, objects)
        expect(results).toHaveLength(objects.length)
        const arrays = {
          events: objects.filter((object) => 'name' in object),
          attributes: objects.filter((object) => !('name' in object)),
        }
        let isEveryEntryPlaced = true
        for (const error of errors) {
          const named = placeOf(error)
          const object = named === undefined ? undefined : arrays[named.array][named.index]
          if (object === undefined) isEveryEntryPlaced = false
          else expect(results?.[objects.indexOf(object)]?.status).toBe('rejected')
        }
        const delivered = results?.filter((result) => result.status === 'delivered').length
        if (!isEveryEntryPlaced || status === 400) expect(delivered).toBe(0)
      }),
      { numRuns: 1_000 },
    )
  })
})

function placeOf(error: unknown): { array: 'events' | 'attributes'; index: number } | undefined {
  if (typeof error !== 'object' || error === null || !('input_array' in error && 'index' in error)) return undefined
  const { input_array: array, index } = error
  return (array === 'events' || array === 'attributes') && typeof index === 'number' ? { array, index } : undefined
}

describe('a refusal with 400', () => {
  test('of every object rejects each with its own words', () => {
    const results = read(400, allInvalid, [attributes('a'), event('a')])
    expect(summary(results)).toStrictEqual(['rejected ERR_REJECTED', 'rejected ERR_REJECTED'])
    expect(results?.map((result) => ('error' in result ? result.error.message : ''))).toStrictEqual([
      "Braze refused the attributes: The value provided for the 'email' field is not a valid email. (HTTP 400).",
      "Braze refused the event: 'name' is required; 'time' is required (HTTP 400).",
    ])
  })

  test('that names some leaves the others to be sent again', () => {
    expect(summary(read(400, allInvalid, mixed))).toStrictEqual([
      'rejected ERR_REJECTED',
      'rejected ERR_REJECTED',
      'refused ERR_REJECTED',
    ])
  })

  test('for too many objects is told as too large, to be sent in smaller requests', () => {
    expect(summary(read(400, tooManyObjects, twoEvents))).toStrictEqual(['refused ERR_TOO_LARGE', 'refused ERR_TOO_LARGE'])
  })

  test('with the reason in error keeps it', () => {
    expect(read(400, { error: 'bad syntax' }, [event('a')])).toMatchObject([
      { status: 'refused', error: { message: 'Braze refused the request: bad syntax (HTTP 400).' } },
    ])
  })

  test('without a reason says so', () => {
    expect(read(400, {}, [event('a')])).toMatchObject([
      { error: { message: 'Braze refused the request: no reason given (HTTP 400).' } },
    ])
  })
})

describe('other answers', () => {
  test.each([401, 403])('%i blocks, whatever the body', (status) => {
    for (const body of [{ message: 'Invalid API Key' }, '<html>', null]) {
      expect(summary(read(status, body, twoEvents))).toStrictEqual(['blocked ERR_CREDENTIALS', 'blocked ERR_CREDENTIALS'])
    }
  })

  test.each([301, 404, 408, 413, 415, 429, 500, 502, 503, 504])('%i is left to the default reading', (status) => {
    expect(read(status, { message: 'success' }, twoEvents)).toBeUndefined()
  })
})
