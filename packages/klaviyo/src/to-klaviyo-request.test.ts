import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing'
import { expect, test } from 'vitest'
import { messageOf } from '../test/message-of.ts'
import { klaviyoDedupeKey } from './klaviyo-message.ts'
import { toKlaviyoRequest } from './to-klaviyo-request.ts'

const metric = { data: { type: 'metric', attributes: { name: 'Connected an Account' } } }
const profile = { data: { type: 'profile', attributes: { email: 'robin.ashdown@shoppers.example' } } }
const attributes = {
  metric,
  properties: { connection_id: '01KFRSK9J11G807TAY0GCYSW67', retailer: 'walmart' },
  time: '2026-01-21T16:05:00.000Z',
  unique_id: '01KFGB50ACC0NNECTED0000001',
}
const message = messageOf(makeConnectionEvent('account.connected'))

test('one message is a single event', () => {
  expect(toKlaviyoRequest([message])).toStrictEqual({
    path: '/api/events',
    body: { data: { type: 'event', attributes: { ...attributes, profile } } },
  })
})

test('more are one bulk job with one event per profile group', () => {
  const group = { type: 'event-bulk-create', attributes: { profile, events: { data: [{ type: 'event', attributes }] } } }
  expect(toKlaviyoRequest([message, message])).toStrictEqual({
    path: '/api/event-bulk-create-jobs',
    body: { data: { type: 'event-bulk-create-job', attributes: { 'events-bulk-create': { data: [group, group] } } } },
  })
})

test('messages are repeats when profile, metric and unique_id are the same', () => {
  const purchase = makePurchaseEvent()
  const key = klaviyoDedupeKey(messageOf(purchase))
  expect(klaviyoDedupeKey(messageOf({ ...purchase, id: '01KFGB50ANOTHERWEBHOOK0000' }))).toBe(key)
  expect(klaviyoDedupeKey(messageOf({ ...purchase, idempotencyKey: 'purchase.created:other' }))).not.toBe(key)
  expect(klaviyoDedupeKey(message)).not.toBe(key)
  const { attributes: group } = messageOf(purchase)
  const person = { data: { type: 'profile', attributes: { email: 'another@shoppers.example' } } } as const
  expect(klaviyoDedupeKey({ type: 'event-bulk-create', attributes: { ...group, profile: person } })).not.toBe(key)
})
