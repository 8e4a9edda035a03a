import type { DestinationResponse } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import batch400 from './__fixtures__/batch.400.json' with { type: 'json' }
import trackApi207 from './__fixtures__/track-api.207.json' with { type: 'json' }
import { mapBatchResponse } from './map-batch-response.ts'

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): DestinationResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: typeof body === 'string' ? undefined : body }
}

function statuses(response: DestinationResponse, count = 3): string[] | undefined {
  return mapBatchResponse(response, Array(count).fill({}))?.map((result) => result.status)
}

const messages = (response: DestinationResponse, count = 3) =>
  mapBatchResponse(response, Array(count).fill({}))?.map((result) => ('error' in result ? result.error.message : result.status))

describe('mapBatchResponse', () => {
  it.each([
    ['the documented empty object', answer(200, {})],
    ['an empty body', answer(200, '', { 'content-length': '0' })],
    ['an empty body of unannounced length', answer(200, '')],
    ['an object with other members', answer(200, { success: true })],
    ['an empty list of errors', answer(200, { meta: { errors: [] } })],
    ['members that could hold errors and hold none', answer(200, { error: null, errors: {}, meta: { error: '' } })],
    ['another success', answer(202, {})],
  ])('takes %s for delivered', (_, response) => {
    expect(statuses(response)).toStrictEqual(['delivered', 'delivered', 'delivered'])
  })

  it.each([
    ['a web page', answer(200, '<html>Sign in to the network</html>')],
    ['a list', answer(200, [])],
    ['a broken answer', answer(200, '{"meta":')],
    ['a body that was announced and did not come', answer(200, '', { 'content-length': '2' })],
    ['a 207 that names no errors', answer(207, {})],
    ['an empty 207', answer(207, '')],
  ])('says nothing about %s', (_, response) => {
    expect(mapBatchResponse(response, [{}])).toBeUndefined()
  })

  it.each([
    ['error', answer(200, { error: 'not a workspace' })],
    ['errors', answer(200, { errors: 'not a workspace' })],
    ['an object in errors', answer(200, { errors: { message: 'not a workspace' } })],
    ['meta.errors', answer(200, { meta: { errors: 'not a workspace' } })],
  ])('delivers nothing when a success tells an error alone in %s', (_, response) => {
    expect(statuses(response)).toStrictEqual(['refused', 'refused', 'refused'])
    expect(messages(response)?.[0]).toBe('Customer.io refused the event: not a workspace (HTTP 200).')
  })

  it.each([301, 401, 403, 404, 408, 413, 422, 429, 500, 503])('leaves %i to the runtime', (status) => {
    expect(mapBatchResponse(answer(status, { meta: { errors: ['no'] } }), [{}])).toBeUndefined()
  })

  it("refuses every message of a strict 400 with all of Customer.io's words", () => {
    const response = answer(400, batch400)
    expect(statuses(response)).toStrictEqual(['refused', 'refused', 'refused'])
    expect(messages(response)?.[1]).toBe(
      'Customer.io refused the event: event is required for track; timestamp is not a date-time (HTTP 400).',
    )
    expect(mapBatchResponse(response, [{}])?.[0]).toMatchObject({
      error: { code: 'ERR_REJECTED', status: 400, body: JSON.stringify(batch400) },
    })
  })

  it.each([
    ['a web page', answer(400, '<html>Bad Request</html>')],
    ['nothing', answer(400, '')],
    ['another shape', answer(400, { meta: 'no' })],
    ['null', answer(400, null)],
  ])('refuses every message of a 400 with %s', (_, response) => {
    expect(statuses(response)).toStrictEqual(['refused', 'refused', 'refused'])
    expect(messages(response)?.[0]).toBe('Customer.io refused the event without saying why (HTTP 400).')
  })

  it('reads one error that is not in a list', () => {
    expect(messages(answer(400, { meta: { error: 'batch is too large' } }), 1)).toStrictEqual([
      'Customer.io refused the event: batch is too large (HTTP 400).',
    ])
  })

  it('rejects the messages that a 400 names and leaves the others to another try', () => {
    const response = answer(400, { errors: [{ batch_index: 1, message: 'event is required' }] })
    expect(statuses(response)).toStrictEqual(['refused', 'rejected', 'refused'])
  })

  it('rejects the messages that a 207 names, in any order, and delivers the others', () => {
    expect(messages(answer(207, trackApi207))).toStrictEqual([
      'Customer.io refused the event: required event (HTTP 207).',
      'delivered',
      'Customer.io refused the event: timestamp is not a date (HTTP 207).',
    ])
  })

  it('joins the words of repeated errors', () => {
    const response = answer(207, {
      errors: [
        { batch_index: 0, message: 'one' },
        { index: 0, message: 'two' },
      ],
    })
    expect(messages(response, 1)).toStrictEqual(['Customer.io refused the event: one; two (HTTP 207).'])
  })

  it.each([200, 207])('delivers nothing that an error of a %i without a place could mean', (status) => {
    for (const stray of [{ batch_index: 3 }, { batch_index: -1 }, { batch_index: '0' }, { batch_index: 0.5 }, 'no', null, 7]) {
      const response = answer(status, { errors: [stray, { batch_index: 1, message: 'bad' }] })
      expect(statuses(response)).toStrictEqual(['refused', 'rejected', 'refused'])
    }
  })

  it('never throws and gives one result per message or none, whatever the body', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 207, 400), fc.jsonValue(), fc.integer({ min: 1, max: 20 }), (status, body, count) => {
        for (const json of [
          body,
          { errors: body },
          { meta: { errors: body } },
          { errors: [body, { batch_index: body, message: body }] },
        ]) {
          const results = mapBatchResponse({ status, headers: {}, text: JSON.stringify(json), json }, Array(count).fill({}))
          if (results !== undefined) expect(results).toHaveLength(count)
        }
      }),
    )
  })
})
