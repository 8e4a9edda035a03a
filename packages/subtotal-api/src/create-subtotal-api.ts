import type { ApiRequest } from './api-request.ts'
import { checkApiOptions } from './check-api-options.ts'
import { createConnectionTokens } from './connection-tokens.ts'
import { createConnectionsApi } from './connections-api.ts'
import { createPurchasesApi } from './purchases-api.ts'
import { readAnswer } from './read-answer.ts'
import { createSimulatedApi } from './simulated-api.ts'
import type { SubtotalApi } from './subtotal-api.ts'
import { type SubtotalApiOptions, systemClock } from './subtotal-api-options.ts'
import { createTransport } from './transport.ts'
import { createWebhooksApi } from './webhooks-api.ts'
import { retailersSchema } from './wire-retailer.ts'

/**
 * A client of Subtotal's API. Requests start at an even pace and go out at most `concurrency` at a time; after a 429 all of them wait as long
 * as Subtotal asks. Throws an `OptionsError` that names each option which cannot work.
 *
 * @example
 * const subtotal = createSubtotalApi({ apiKey: process.env.SUBTOTAL_API_KEY ?? '' })
 * for await (const { id } of subtotal.purchases.each(connectionId)) {
 *   const purchase = await subtotal.purchases.get(id, { connectionId })
 * }
 *
 * @see https://docs.subtotal.com/docs/api-reference/introduction
 */
export function createSubtotalApi(options: SubtotalApiOptions): SubtotalApi {
  const checked = checkApiOptions(options)
  const transport = createTransport(checked)
  const connections = createConnectionsApi(transport)
  const tokens = createConnectionTokens((id, call) => connections.createToken(id, call), checked.clock ?? systemClock)

  return {
    webhooks: createWebhooksApi(transport),
    connections,
    // An access token reads purchases by itself, an API key only together with a connection's token.
    purchases: createPurchasesApi(transport, checked.accessToken === undefined ? tokens : undefined),
    retailers: {
      async list({ signal } = {}) {
        const path = '/retailers'
        const request: ApiRequest = { call: 'retailers.list', method: 'GET', path, isRepeatable: true, subject: 'list', signal }
        return readAnswer(request, retailersSchema, await transport.send(request))
      },
    },
    simulated: createSimulatedApi(transport),
    close: () => transport.close(),
  }
}
