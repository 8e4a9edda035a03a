import { expect, test } from 'vitest'
import { UsageError } from './usage-error.ts'
import { wrapPayload } from './wrap-payload.ts'

test('a whole webhook stays as it is', () => {
  const webhook = { type: 'purchase.created', id: '1', payload: '{"connection":{}}' }
  expect(wrapPayload(webhook)).toEqual({ webhook })
})

test.each([
  [{ connection: { connection_id: 'c' }, purchase: { purchase_id: 'p' } }, 'purchase.created'],
  [{ connection_id: 'c', total: '1.00', items: [] }, 'purchase.created'],
  [{ connection: { connection_id: 'c', status: 'active' } }, 'connection.activated'],
  [{ connection: { connection_id: 'c', status: 'unauthenticated' } }, 'connection.unauthenticated'],
  [{ connection_id: 'c', status: 'disconnected' }, 'connection.disconnected'],
  [{ connection_id: 'c', first_name: 'Ada', total_purchases: 3 }, 'connection.profile.created'],
])('the type of the payload %j is told from its fields: %s', (payload, type) => {
  expect(wrapPayload(payload)).toEqual({ webhook: { type, id: 'preview', payload }, assumedType: type })
})

test('a given type wins over the fields', () => {
  expect(wrapPayload({ first_name: 'Ada' }, 'connection.profile.updated').assumedType).toBe('connection.profile.updated')
})

test.each([[{}], [[]], [null], ['text'], [{ connection: { status: 'strange' } }]])(
  '%j is refused with a word on --type',
  (json) => {
    expect(() => wrapPayload(json)).toThrow(UsageError)
    expect(() => wrapPayload(json)).toThrow('--type')
  },
)

test('an unknown type is refused with the known ones', () => {
  expect(() => wrapPayload({}, 'purchase.made')).toThrow('purchase.created, connection.activated')
})
