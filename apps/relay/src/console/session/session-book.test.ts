import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createSessionBook } from './session-book.ts'

const tokens = { adminToken: 'admin', viewerToken: 'viewer' }

test('a changed token ends the sessions of its role, and no others', () => {
  const clock = createVirtualClock()
  const book = createSessionBook(tokens, clock)
  const [operator = '', viewer = ''] = [book.issue('operator'), book.issue('viewer')]
  const changed = createSessionBook({ ...tokens, viewerToken: 'another' }, clock)
  expect(changed.read(operator)).toMatchObject({ role: 'operator' })
  expect(changed.read(viewer)).toBeUndefined()
})

test('the same token gives another role no session', () => {
  const clock = createVirtualClock()
  const operator = createSessionBook({ adminToken: 'same' }, clock).issue('operator') ?? ''
  const book = createSessionBook({ viewerToken: 'same' }, clock)
  expect(book.read(operator)).toBeUndefined()
  expect(book.read(operator.replace('operator', 'viewer'))).toBeUndefined()
  expect(book.issue('operator')).toBeUndefined()
})

test('each session has forms of its own', () => {
  const book = createSessionBook(tokens, createVirtualClock())
  const forms = [book.issue('operator'), book.issue('operator')].map((text) => book.read(text ?? '')?.csrfToken)
  expect(new Set(forms).size).toBe(2)
})

test.each(['', '.', 'operator', 'operator.1.a.b', `operator.${'9'.repeat(400)}.x.y`, 'viewer.1e9.aaaaaaaaaaaaaaaaaaaaaa.b'])(
  '%s is no session',
  (text) => {
    expect(createSessionBook(tokens, createVirtualClock()).read(text)).toBeUndefined()
  },
)
