import { changed, newConnection, newConnectionFields } from './connection-routes.ts'
import { toPurchaseAnswer } from './era-answers.ts'
import { type CheckedCall, notFound, type SubtotalRoute, subtotalPages } from './subtotal-call.ts'
import type { SubtotalEvents } from './subtotal-events.ts'
import { flag, oneOf, optional, required } from './subtotal-fields.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Calls of the event simulator. */
export function simulatedRoutes(events: SubtotalEvents): readonly SubtotalRoute[] {
  return [
    {
      name: 'POST /simulated-connections',
      source: subtotalPages.simulateConnection,
      scope: 'simulator:write',
      body: { ...newConnectionFields, include_purchases: optional(flag) },
      run(call) {
        const { account, body, nowMs } = call
        const connection = newConnection(call, { status: 'active', isSimulated: true })
        if (connection === undefined) return notFound('Retailer')
        const count = body['include_purchases'] === false ? 0 : account.random.integer(1, 4)
        for (let number = 0; number < count; number += 1) {
          const age = account.random.integer(1, 60) * dayMs
          account.addPurchase(connection.id, new Date(nowMs - age).toISOString())
        }
        events.connection(connection)
        return changed(call, 201, connection)
      },
    },
    {
      name: 'POST /simulated-connections/{connection_id}/purchases',
      source: subtotalPages.simulatePurchase,
      scope: 'simulator:write',
      run(call) {
        const connection = simulatedConnection(call)
        if (connection === undefined) return notFound('Simulated connection')
        const purchase = call.account.addPurchase(connection.id, new Date(call.nowMs).toISOString())
        events.purchase(purchase)
        return { answer: { status: 201, body: toPurchaseAnswer(purchase, call.settings.era) }, changed: purchase.id }
      },
    },
    {
      name: 'PATCH /simulated-connections/{connection_id}',
      source: subtotalPages.setSimulatedStatus,
      scope: 'simulator:write',
      body: { status: required(oneOf('active', 'unauthenticated')) },
      run(call) {
        const known = simulatedConnection(call)
        if (known === undefined) return notFound('Simulated connection')
        const status = call.body['status'] === 'active' ? 'active' : 'unauthenticated'
        const connection = call.account.putConnection({ ...known, status })
        events.connection(connection)
        return changed(call, 200, connection)
      },
    },
  ]
}

function simulatedConnection({ account, pathId }: CheckedCall) {
  const connection = account.connections.get(pathId)
  return connection?.isSimulated === true ? connection : undefined
}
