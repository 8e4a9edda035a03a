import { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { checkArguments, idArgument } from './arguments.ts'
import { newConnectionShape, toConnectionBody } from './connections-api.ts'
import { readAnswer } from './read-answer.ts'
import { readPurchase } from './read-purchase.ts'
import type { SimulatedApi } from './subtotal-api.ts'
import type { Transport } from './transport.ts'
import { connectionSchema } from './wire-connection.ts'

const path = '/simulated-connections'
const subject = 'simulated connection'
const statusArgument = z.enum(['active', 'unauthenticated'], 'must be "active" or "unauthenticated"')

/** {@link SimulatedApi} over a transport. */
export function createSimulatedApi(transport: Transport): SimulatedApi {
  return {
    async createConnection(connection, { signal } = {}) {
      const call = 'simulated.createConnection'
      const shape = { ...newConnectionShape, includePurchases: z.boolean().exactOptional() }
      const { includePurchases, ...fields } = checkArguments(call, shape, connection)
      const body = {
        ...toConnectionBody(fields),
        ...(includePurchases === undefined ? {} : { include_purchases: includePurchases }),
      }
      const request: ApiRequest = { call, method: 'POST', path, body, isRepeatable: false, subject: 'retailer', signal }
      return readAnswer(request, connectionSchema, await transport.send(request))
    },
    async createPurchase(connectionId, { signal } = {}) {
      const call = 'simulated.createPurchase'
      checkArguments(call, { connectionId: idArgument }, { connectionId })
      const purchases = `${path}/${connectionId}/purchases`
      const request: ApiRequest = { call, method: 'POST', path: purchases, isRepeatable: false, subject, signal }
      return readPurchase(request, await transport.send(request))
    },
    async setStatus(connectionId, status, { signal } = {}) {
      const call = 'simulated.setStatus'
      checkArguments(call, { connectionId: idArgument, status: statusArgument }, { connectionId, status })
      const request: ApiRequest = {
        call,
        method: 'PATCH',
        path: `${path}/${connectionId}`,
        body: { status },
        isRepeatable: false,
        subject,
        signal,
      }
      return readAnswer(request, connectionSchema, await transport.send(request))
    },
  }
}
