import { OptionsError } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { type ArgumentsShape, checkArguments, idArgument, textArgument } from './arguments.ts'
import { readAnswer } from './read-answer.ts'
import type { ConnectionsApi } from './subtotal-api.ts'
import type { ConnectionChanges, NewConnection, TokenScope } from './subtotal-connection.ts'
import type { Transport } from './transport.ts'
import { connectionSchema, connectionsSchema, tokenSchema } from './wire-connection.ts'

const path = '/connections'
const subject = 'connection'
const customerId = textArgument(64)
const contact = {
  email: textArgument(64).nullable().exactOptional(),
  mobile: textArgument(16).nullable().exactOptional(),
}

/** How the arguments of a new connection are checked. Lengths: https://docs.subtotal.com/docs/api-reference/connections/create-connection */
export const newConnectionShape: ArgumentsShape<NewConnection> = { customerId, retailer: textArgument(26), ...contact }

const changesShape: ArgumentsShape<ConnectionChanges> = {
  customerId: customerId.nullable().exactOptional(),
  ...contact,
  status: z.literal('disconnected', 'must be "disconnected": Subtotal lets no other status be set').exactOptional(),
}

/** A connection under Subtotal's names, as far as it is given. */
export function toConnectionBody(connection: Partial<NewConnection> | ConnectionChanges): Record<string, unknown> {
  const { customerId: customer_id, email, mobile } = connection
  const retailer_id = 'retailer' in connection ? connection.retailer : undefined
  const status = 'status' in connection ? connection.status : undefined
  const given = Object.entries({ customer_id, retailer_id, email, mobile, status }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

/** {@link ConnectionsApi} over a transport. */
export function createConnectionsApi(transport: Transport): ConnectionsApi {
  return {
    async list(customer, { signal } = {}) {
      const call = 'connections.list'
      const query = { customer_id: checkArguments(call, { customerId }, customer).customerId }
      const request: ApiRequest = { call, method: 'GET', path, query, isRepeatable: true, subject: 'customer', signal }
      return readAnswer(request, connectionsSchema, await transport.send(request)).connections
    },
    async get(id, { signal } = {}) {
      const call = 'connections.get'
      checkArguments(call, { id: idArgument }, { id })
      const request: ApiRequest = { call, method: 'GET', path: `${path}/${id}`, isRepeatable: true, subject, signal }
      return readAnswer(request, connectionSchema, await transport.send(request))
    },
    async create(connection, { signal } = {}) {
      const call = 'connections.create'
      const body = toConnectionBody(checkArguments(call, newConnectionShape, connection))
      const request: ApiRequest = { call, method: 'POST', path, body, isRepeatable: false, subject: 'retailer', signal }
      return readAnswer(request, connectionSchema, await transport.send(request))
    },
    async update(id, changes, { signal } = {}) {
      const call = 'connections.update'
      checkArguments(call, { id: idArgument }, { id })
      const body = toConnectionBody(checkArguments(call, changesShape, changes))
      if (Object.keys(body).length === 0) throw new OptionsError(`A call of ${call} cannot be made: there is nothing to change.`)
      const request: ApiRequest = { call, method: 'PATCH', path: `${path}/${id}`, body, isRepeatable: false, subject, signal }
      return readAnswer(request, connectionSchema, await transport.send(request))
    },
    async delete(id, { signal } = {}) {
      const call = 'connections.delete'
      checkArguments(call, { id: idArgument }, { id })
      await transport.send({ call, method: 'DELETE', path: `${path}/${id}`, isRepeatable: false, subject, signal })
    },
    async createToken(id, { scope = 'access', signal } = {}) {
      const call = 'connections.createToken'
      const scopes: readonly TokenScope[] = ['access', 'link']
      checkArguments(call, { id: idArgument, scope: z.enum(scopes) }, { id, scope })
      const request: ApiRequest = {
        call,
        method: 'POST',
        path: `${path}/${id}/token`,
        body: { scope },
        // Another token does no harm.
        isRepeatable: true,
        subject,
        signal,
      }
      return readAnswer(request, tokenSchema, await transport.send(request)).connection_token
    },
  }
}
