import { describe, expect, it } from 'vitest'
import { OptionsError } from '../errors/options-error.ts'
import { activated, bodyOf, connection, id, parse, purchaseBody, refusal } from './__fixtures__/webhooks.ts'
import type { ParseWebhookOptions } from './parse-webhook.ts'
import { parseWebhook } from './parse-webhook.ts'
import type { WebhookBody } from './webhook-body.ts'

describe('what parseWebhook refuses', () => {
  it.each<[string, WebhookBody]>([
    ['nothing', ''],
    ['no bytes', new Uint8Array()],
    ['text', 'hello'],
    ['HTML', '<html></html>'],
    ['JSON cut short', activated().slice(0, -1)],
    ['two documents', `${activated()}${activated()}`],
    ['bytes that are not UTF-8', Buffer.from(activated({ email: 'é' }), 'latin1')],
    ['UTF-16', Buffer.from(activated(), 'utf16le')],
  ])('refuses %s as ERR_WEBHOOK_NOT_JSON', (_name, body) => {
    expect(refusal(body)).toMatchObject({ code: 'ERR_WEBHOOK_NOT_JSON', fields: [] })
  })

  it('takes a byte order mark', () => {
    expect(parse(`\uFEFF${activated()}`).id).toBe(id)
    expect(parse(Buffer.from(`\uFEFF${activated()}`)).id).toBe(id)
  })

  it.each(['purchase.updated', 'product purchased', 'Purchase.Created', '', '__proto__', 'constructor'])(
    'refuses the type %j as ERR_WEBHOOK_UNKNOWN_TYPE',
    (type) => {
      expect(refusal(bodyOf(type, { connection }))).toMatchObject({ code: 'ERR_WEBHOOK_UNKNOWN_TYPE', fields: ['type'] })
    },
  )

  it.each<[string, string[], string]>([
    ['a list', [], '[]'],
    ['null', [], 'null'],
    ['a number', [], '5'],
    ['no type', ['type'], '{}'],
    ['a type that is no text', ['type'], '{"type":5}'],
    ['no id', ['id'], activated({}, { id: undefined })],
    ['an empty id', ['id'], activated({}, { id: ' ' })],
    ['an id that is no text', ['id'], activated({}, { id: {} })],
    ['no payload', ['payload'], bodyOf('connection.activated', undefined)],
    ['a payload that is a list', ['payload'], bodyOf('connection.activated', [])],
    ['a payload that is text but not JSON', ['payload'], bodyOf('connection.activated', 'hello')],
    ['a payload in two wrappings', ['payload'], bodyOf('connection.activated', JSON.stringify(JSON.stringify({ connection })))],
    ['no connection', ['payload.connection.connection_id'], bodyOf('connection.activated', {})],
    ['no connection id', ['payload.connection.connection_id'], activated({ connection_id: null })],
    ['a connection that is text', ['payload.connection'], bodyOf('connection.activated', { connection: 'connection-1' })],
    ['no connection id in a profile', ['payload.connection_id'], bodyOf('connection.profile.created', { first_name: 'Robin' })],
    ['no purchase', ['payload.purchase_id'], bodyOf('purchase.created', { connection })],
    ['no purchase id', ['payload.purchase.purchase_id'], purchaseBody({ purchase_id: '' })],
    ['a purchase that is text', ['payload.purchase'], bodyOf('purchase.created', { connection, purchase: 'purchase-1' })],
    ['an email that is an object', ['payload.connection.email'], activated({ email: {} })],
    ['a flag in other words', ['is_simulated'], activated({}, { is_simulated: 'yes' })],
    ['a count in words', ['payload.purchase.item_count'], purchaseBody({ item_count: 'many' })],
    ['a count beyond 2^53', ['payload.purchase.item_count'], purchaseBody({ item_count: 1e17 })],
    ['items that are no list', ['payload.purchase.items'], purchaseBody({ items: {} })],
    ['an item that is null', ['payload.purchase.items.1'], purchaseBody({ items: [{}, null] })],
    [
      'two fields',
      ['payload.purchase.total', 'payload.purchase.items.0.price'],
      purchaseBody({ total: 'a', items: [{ price: 'b' }] }),
    ],
    [
      'a rate in words',
      ['payload.brand_purchase_rate'],
      bodyOf('connection.profile.updated', { connection_id: 'c', brand_purchase_rate: 'half' }),
    ],
  ])('refuses %s as ERR_WEBHOOK_INVALID, naming %j', (_name, fields, body) => {
    const error = refusal(body)
    expect(error.code).toBe('ERR_WEBHOOK_INVALID')
    expect(error.fields.toSorted()).toEqual(fields.toSorted())
    for (const field of fields) expect(error.message).toContain(field)
  })

  it('names at most twenty fields', () => {
    expect(refusal(purchaseBody({ items: Array.from({ length: 5000 }, () => null) })).fields).toHaveLength(20)
  })

  it.each<[string, ParseWebhookOptions]>([
    ['receivedAt', { receivedAt: new Date(Number.NaN) }],
    ['signedAt', { signedAt: new Date(Number.NaN) }],
    ['historicalAfterMs', { historicalAfterMs: -1 }],
    ['historicalAfterMs', { historicalAfterMs: Number.NaN }],
  ])('names the option %s when it cannot work', (name, options) => {
    expect(() => parseWebhook(activated(), options)).toThrow(OptionsError)
    expect(() => parseWebhook(activated(), options)).toThrow(name)
  })

  it('names a body that is already parsed, for callers without types', () => {
    expect(() => Reflect.apply(parseWebhook, undefined, [JSON.parse(activated())])).toThrow(OptionsError)
  })
})
