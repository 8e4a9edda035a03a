import { describe, expect, test } from 'vitest'
import { readReplayRequest } from './replay-request.ts'

const destinations = ['braze', 'klaviyo']

describe('readReplayRequest', () => {
  test('is a dry run of at most 10,000 unless it says otherwise', () => {
    expect(readReplayRequest({ deliveries: { status: 'dead' } }, destinations)).toEqual({
      selection: { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false },
      dryRun: true,
      limit: 10_000,
    })
  })

  test('events go to the destination named, else to all', () => {
    const to = (body: object) => readReplayRequest({ events: body }, destinations).selection
    expect(to({ destination: 'braze' })).toEqual({
      kind: 'events',
      filter: {},
      destinations: ['braze'],
      repeatDelivered: false,
    })
    expect(to({ retailer: 'target' })).toMatchObject({ filter: { retailer: 'target' }, destinations })
  })

  test.each([
    [null, 'The body must be a JSON object.'],
    [[], 'The body must be a JSON object.'],
    [{}, 'Give either "deliveries" or "events".'],
    [{ deliveries: { status: 'dead' }, events: { type: 'purchase.created' } }, 'Give either'],
    [{ deliveries: {} }, '"deliveries" needs at least one filter.'],
    [{ events: {} }, '"events" needs a destination or at least one filter.'],
    [{ deliveries: { status: 'lost' } }, '"deliveries.status" must be one of pending, delivered, skipped, dead.'],
    [{ deliveries: { destination: 'robin@shoppers.example' } }, '"destination" must be one of braze, klaviyo.'],
    [{ deliveries: { 'robin@shoppers.example': 1 } }, '"deliveries" has a field that is not known.'],
    [{ deliveries: { customer: 7 } }, '"deliveries.customer" is wrong'],
    [{ deliveries: { id: 'x' } }, '"deliveries.id" is wrong'],
    [{ deliveries: { status: 'dead' }, limit: 0 }, '"limit" is wrong'],
    [{ deliveries: { status: 'dead' }, dryRun: 'no' }, '"dryRun" is wrong'],
  ])('%j is refused in a sentence without its values', (body, message) => {
    expect(() => readReplayRequest(body, destinations)).toThrow(message)
    expect(() => readReplayRequest(body, destinations)).not.toThrow('robin@')
  })
})
