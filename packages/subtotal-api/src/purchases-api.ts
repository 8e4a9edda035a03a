import { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { checkArguments, idArgument } from './arguments.ts'
import type { ConnectionTokens } from './connection-tokens.ts'
import { readAnswer, unreadable } from './read-answer.ts'
import { readPurchase } from './read-purchase.ts'
import type { PurchasesApi } from './subtotal-api.ts'
import { SubtotalApiError } from './subtotal-api-error.ts'
import type { ListPurchasesOptions, PurchasePage } from './subtotal-purchase.ts'
import type { Transport } from './transport.ts'
import { purchasePageSchema } from './wire-purchase-page.ts'

const maxLimit = 50
const listShape = {
  connectionId: idArgument,
  limit: z.number().int().min(1, 'must be 1 to 50').max(maxLimit, 'must be 1 to 50'),
  startingAfter: idArgument.optional(),
}

/** {@link PurchasesApi} over a transport. `tokens` is `undefined` where the credentials read purchases by themselves. */
export function createPurchasesApi(transport: Transport, tokens: ConnectionTokens | undefined): PurchasesApi {
  /** A token that was refused is renewed once: it may have expired earlier than it said. */
  const send = async (connectionId: string, request: ApiRequest): Promise<unknown> => {
    if (tokens === undefined) return await transport.send(request)
    for (;;) {
      const { token, isNew } = await tokens.get(connectionId, { signal: request.signal })
      try {
        return await transport.send({ ...request, connectionToken: token })
      } catch (error) {
        if (!SubtotalApiError.isInstance(error) || error.code !== 'ERR_SUBTOTAL_CREDENTIALS') throw error
        tokens.forget(connectionId)
        if (isNew) throw error
      }
    }
  }

  const list = async (connectionId: string, options: ListPurchasesOptions, call: string): Promise<PurchasePage> => {
    const { limit = maxLimit, startingAfter, signal } = options
    checkArguments(call, listShape, { connectionId, limit, startingAfter })
    const query = { limit: String(limit), ...(startingAfter === undefined ? {} : { starting_after: startingAfter }) }
    const path = `/connections/${connectionId}/purchases`
    const request: ApiRequest = { call, method: 'GET', path, query, isRepeatable: true, subject: 'connection', signal }
    return readAnswer(request, purchasePageSchema, await send(connectionId, request))
  }

  return {
    list: async (connectionId, options = {}) => list(connectionId, options, 'purchases.list'),
    async *each(connectionId, options = {}) {
      const call = 'purchases.each'
      let startingAfter = options.startingAfter
      for (;;) {
        const from = startingAfter === undefined ? {} : { startingAfter }
        const { purchases, hasMore } = await list(connectionId, { ...options, ...from }, call)
        yield* purchases
        const last = purchases.at(-1)?.id
        if (!hasMore) return
        // A page that leads nowhere would be asked for without end.
        if (last === undefined || last === startingAfter) throw unreadable({ call, isRepeatable: true }, ['has_more'])
        startingAfter = last
      }
    },
    async get(purchaseId, { connectionId, signal }) {
      const call = 'purchases.get'
      checkArguments(call, { purchaseId: idArgument, connectionId: idArgument }, { purchaseId, connectionId })
      const path = `/purchases/${purchaseId}`
      const request: ApiRequest = { call, method: 'GET', path, isRepeatable: true, subject: 'purchase', signal }
      return readPurchase(request, await send(connectionId, request))
    },
  }
}
