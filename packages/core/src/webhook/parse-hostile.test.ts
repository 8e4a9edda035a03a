import { describe, expect, it } from 'vitest'
import { activated, bodyOf, outcome, parse, purchaseBody, purchaseOf, refusal } from './__fixtures__/webhooks.ts'

describe('parseWebhook with hostile JSON', () => {
  it('survives deep nesting, anywhere', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const objects = `${'{"payload":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    expect(outcome(deep)).toMatchObject({ code: 'ERR_WEBHOOK_INVALID' })
    expect(outcome(objects)).toMatchObject({ code: 'ERR_WEBHOOK_INVALID' })
    expect(outcome(activated({ unknown: 0 }).replace('"unknown":0', `"unknown":${deep}`))).toMatchObject({
      type: 'account.connected',
    })
    expect(outcome(activated({ email: 0 }).replace('"email":0', `"email":${deep}`))).toMatchObject({
      fields: ['payload.connection.email'],
    })
    expect(outcome(bodyOf('connection.activated', deep))).toMatchObject({ fields: ['payload'] })
  })

  it('reads nothing from __proto__ and changes no prototype', () => {
    const body = `{"__proto__":{"id":"polluted"},"type":"connection.activated","payload":{"__proto__":{"connection":{"connection_id":"polluted"}},"connection":{"__proto__":{"connection_id":"polluted"},"constructor":{"prototype":{"polluted":true}}}}}`
    expect(outcome(body)).toMatchObject({ fields: ['id'] })
    expect(outcome(body.replace('"type"', '"id":"event-1","type"'))).toMatchObject({
      fields: ['payload.connection.connection_id'],
    })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(Object.hasOwn(Object.prototype, 'id')).toBe(false)
  })

  it('takes the last of duplicate keys, as JSON.parse does', () => {
    expect(outcome(activated().replace('"type"', '"type":"purchase.created","type"'))).toMatchObject({
      type: 'account.connected',
    })
  })

  it('keeps lone surrogates and control characters where text is kept', () => {
    expect(parse(activated({ customer_id: '\uD800\u0000' })).customer.id).toBe('\uD800\u0000')
  })

  it('reads an amount of a million digits, and refuses one that is followed by a letter, without a long wait', () => {
    const digits = '1'.repeat(500_000)
    expect(purchaseOf(purchaseBody({ total: `0.${digits}` })).total).toBe(`0.${digits}`)
    expect(refusal(purchaseBody({ total: digits })).fields).toEqual(['payload.purchase.total'])
    expect(refusal(purchaseBody({ total: `${digits}x`, item_count: `${digits}x`, date: digits })).fields).toHaveLength(2)
  })
})
