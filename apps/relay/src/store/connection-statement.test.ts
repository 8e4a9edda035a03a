import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import { nextConnectionState } from '@subtotal-connectors/core'
import { eventArbitrary } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEmptyStatement, isSameState, stateAfter, toStatement } from './connection-statement.ts'

const text = fc.option(fc.constantFrom('one', 'two'))
const state: fc.Arbitrary<ConnectionState | undefined> = fc.option(
  fc.record({
    customerId: text,
    email: text,
    mobile: text,
    retailer: text,
    status: fc.option(fc.constantFrom('active' as const, 'unauthenticated' as const, 'disconnected' as const)),
  }),
  { nil: undefined },
)
const event: fc.Arbitrary<SubtotalEvent> = fc
  .tuple(eventArbitrary(fc), text, text, text, text)
  .map(([one, id, email, mobile, retailer]) => ({
    ...one,
    customer: { id, email, mobile },
    connection: { ...one.connection, retailer },
  }))

test('the state after what an event says is the state after the event', () => {
  fc.assert(
    fc.property(state, event, (previous, one) => {
      expect(stateAfter(previous, toStatement(one))).toEqual(nextConnectionState(previous, one))
    }),
  )
})

test('what says nothing changes no state that is known', () => {
  const nothing = { customerId: null, email: null, mobile: null, retailer: null, status: null }
  expect(isEmptyStatement(nothing)).toBe(true)
  fc.assert(
    fc.property(state, (previous) => {
      if (previous !== undefined) expect(isSameState(stateAfter(previous, nothing), previous)).toBe(true)
    }),
  )
})
