import { z } from 'zod'
import type { Connector } from '../src/connector/connector.ts'
import type { DestinationApi, MessageResult } from '../src/connector/connector-definition.ts'
import type { ConnectorOptions } from '../src/connector/connector-options.ts'
import { defineConnector } from '../src/connector/define-connector.ts'
import { ConnectorError } from '../src/errors/connector-error.ts'

export interface ShopOptions extends ConnectorOptions {
  readonly shop: string
  readonly maxMessages?: number
  readonly api?: Partial<DestinationApi<ShopMessage>>
}

export interface ShopMessage {
  readonly person: string
  readonly name: string
  readonly properties: Record<string, unknown>
}

/** A made-up destination: `{ messages }` in, `{ results: ('ok' | 'bad' | 'later')[] }` out, 422 refuses the request as a whole. */
export const createShopConnector: (options: ShopOptions) => Connector = defineConnector<ShopOptions, ShopMessage>({
  name: 'shop',
  optionsShape: { shop: z.string(), maxMessages: z.number().exactOptional(), api: z.custom().optional() },
  configure: (options) => ({
    title: 'Shop',
    origin: options.baseUrl ?? 'https://shop.example',
    headers: { 'x-shop': options.shop },
    credentials: { authorization: `Bearer ${options.apiKey}` },
    limits: {
      maxMessagesPerRequest: options.maxMessages ?? 10,
      maxBytesPerRequest: 10_000,
      maxBytesPerMessage: 2_000,
      requestRates: [],
      deduplicates: 'no',
    },
    eventNames: {
      'purchase.created': 'Purchased',
      'account.connected': 'Connected',
      'connection.reauthenticated': 'Reauthenticated',
      'account.disconnected': 'Disconnected',
      'connection.unauthenticated': 'Unauthenticated',
      'profile.created': 'Profiled',
      'profile.updated': 'Reprofiled',
    },
    toMessages: (event, { eventName, identifier, linkUrl, properties }) => ({
      messages: [
        {
          person: identifier.value,
          name: eventName,
          properties: properties({ id: event.id, ...(linkUrl === undefined ? {} : { linkUrl }) }),
        },
      ],
    }),
    toRequest: (messages) => ({ path: '/messages', body: { messages } }),
    mapResponse: (response) => {
      if (response.status !== 200) return undefined
      const body = z.object({ results: z.array(z.string()) }).safeParse(response.json)
      return body.success ? body.data.results.map((result) => toResult(result, response.text)) : undefined
    },
    check: async (request) => {
      const { status } = await request({ method: 'GET', path: '/me' })
      return { ok: status === 200, proved: [`answered ${status}`], problems: [], notes: [] }
    },
    ...options.api,
  }),
})

function toResult(result: string, body: string): MessageResult {
  switch (result) {
    case 'ok':
      return { status: 'delivered' }
    case 'bad':
      return { status: 'rejected', error: new ConnectorError('ERR_REJECTED', 'Shop refused the event.', { status: 200, body }) }
    default:
      return { status: 'refused', error: new ConnectorError('ERR_REJECTED', 'Shop refused the request.', { status: 200, body }) }
  }
}
