import { parseWebhook, subtotalEventTypes } from '@subtotal-connectors/core'
import { expect, it, onTestFinished } from 'vitest'
import { startReceiver } from '../../test/receiver.ts'
import { createMockSubtotal } from './create-mock-subtotal.ts'
import { createShoppers } from './shoppers.ts'

async function live(steps: number, seed = 1) {
  const receiver = await startReceiver()
  const subtotal = await createMockSubtotal({ seed })
  onTestFinished(() => subtotal.close())
  subtotal.addWebhook({ url: receiver.url })
  const shoppers = createShoppers(subtotal, { seed, connections: 12 })
  const done = Array.from({ length: steps }, () => shoppers.next().value.run())
  await subtotal.idle()
  return { subtotal, receiver, done }
}

it('shoppers live a whole life first, and each step is one webhook of what it says', async () => {
  const { receiver, done } = await live(120)
  expect(new Set(done.slice(0, 9).map(({ eventType }) => eventType))).toStrictEqual(new Set(subtotalEventTypes))
  expect(new Set(done.slice(0, 9).map(({ connectionId }) => connectionId)).size).toBe(1)
  const arrived = new Map(receiver.received.map(({ body }) => [JSON.parse(body).id, parseWebhook(body)]))
  expect(arrived.size).toBe(120)
  for (const { id, eventType, connectionId, purchaseId, occurredAt } of done) {
    const event = arrived.get(id)
    // Whether an activation is a new login is known from what was before.
    expect(event?.type).toBe(eventType === 'connection.reauthenticated' ? 'account.connected' : eventType)
    expect(event?.connection.id).toBe(connectionId)
    expect(event?.occurredAt).toBe(occurredAt)
    expect(event?.type === 'purchase.created' ? event.purchase.id : null).toBe(purchaseId)
  }
})

it('shoppers buy and are profiled only while they are linked', async () => {
  const { subtotal, done } = await live(400, 7)
  const active = new Set<string>()
  for (const { eventType, connectionId } of done) {
    if (eventType === 'account.connected' || eventType === 'connection.reauthenticated') active.add(connectionId)
    else if (eventType === 'purchase.created' || eventType.startsWith('profile.')) expect(active).toContain(connectionId)
    else active.delete(connectionId)
  }
  expect(subtotal.connections.length).toBeLessThanOrEqual(12)
  expect(subtotal.connections.every(({ email }) => email?.endsWith('@shoppers.example'))).toBe(true)
})
