import { toConnectionAnswer, toPurchaseAnswer, toRetailersAnswer, toSummaryAnswer } from './era-answers.ts'
import type { MockConnection, MockPurchase } from './mock-subtotal-types.ts'
import { type CheckedCall, invalid, notFound, type RouteResult, type SubtotalRoute, subtotalPages } from './subtotal-call.ts'
import type { SubtotalEvents } from './subtotal-events.ts'
import { type FieldRules, integer, nullable, oneOf, optional, required, text } from './subtotal-fields.ts'

const defaultLimit = 10
const pageQuery = { limit: optional(integer(1, 50)), starting_after: optional(text(128)) }
const contact = { email: optional(nullable(text(64))), mobile: optional(nullable(text(16))) }

/** What a new connection is made of. */
export const newConnectionFields: FieldRules = { customer_id: required(text(64)), retailer_id: required(text(26)), ...contact }

/** Calls about connections, their purchases and retailers. */
export function connectionRoutes(events: SubtotalEvents): readonly SubtotalRoute[] {
  return [
    {
      name: 'POST /connections',
      source: subtotalPages.createConnection,
      body: newConnectionFields,
      run(call) {
        const connection = newConnection(call, { status: 'initialized', isSimulated: false })
        if (connection === undefined) return notFound('Retailer')
        events.connection(connection)
        return changed(call, 201, connection)
      },
    },
    {
      name: 'GET /connections',
      source: subtotalPages.getConnections,
      scope: 'connections:read',
      query: { customer_id: required(text(64)) },
      run({ account, query, settings }) {
        const found = [...account.connections.values()].filter(({ customerId }) => customerId === query.get('customer_id'))
        return { answer: { status: 200, body: { connections: found.map((one) => toConnectionAnswer(one, settings.era)) } } }
      },
    },
    {
      name: 'GET /connections/{connection_id}',
      source: subtotalPages.getConnections,
      scope: 'connections:read',
      run(call) {
        const connection = call.account.connections.get(call.pathId)
        return connection === undefined ? notFound('Connection') : { answer: answerOf(call, 200, connection) }
      },
    },
    {
      name: 'PATCH /connections/{connection_id}',
      source: subtotalPages.updateConnection,
      body: { customer_id: optional(nullable(text(64))), ...contact, status: optional(oneOf('disconnected')) },
      run(call) {
        const known = call.account.connections.get(call.pathId)
        if (known === undefined) return notFound('Connection')
        const { customer_id: customerId = known.customerId, email = known.email, mobile = known.mobile, status } = call.body
        const connection = call.account.putConnection({
          ...known,
          customerId: textOrNull(customerId),
          email: textOrNull(email),
          mobile: textOrNull(mobile),
          status: status === undefined ? known.status : 'disconnected',
        })
        if (status !== undefined && known.status !== 'disconnected') events.connection(connection)
        return changed(call, 200, connection)
      },
    },
    {
      name: 'DELETE /connections/{connection_id}',
      source: subtotalPages.updateConnection,
      run({ account, pathId }) {
        if (!account.connections.delete(pathId)) return notFound('Connection')
        return { answer: { status: 204 }, changed: pathId }
      },
    },
    {
      name: 'POST /connections/{connection_id}/token',
      source: subtotalPages.connectionToken,
      body: { scope: required(oneOf('access', 'link')) },
      run({ account, body, pathId }) {
        if (!account.connections.has(pathId)) return notFound('Connection')
        const token = account.makeToken(pathId, body['scope'] === 'link' ? 'link' : 'access')
        return { answer: { status: 201, body: { connection_token: token } } }
      },
    },
    {
      name: 'GET /connections/{connection_id}/purchases',
      source: subtotalPages.connectionPurchases,
      scope: 'purchases:brand_products',
      needsConnectionToken: true,
      query: pageQuery,
      run(call) {
        const isForeign = call.token !== undefined && call.token.connectionId !== call.pathId
        if (isForeign || !call.account.connections.has(call.pathId)) return notFound('Connection')
        return purchasePage(call, call.account.purchases.of(call.pathId))
      },
    },
    {
      name: 'GET /purchases',
      source: subtotalPages.getPurchases,
      scope: 'purchases:brand_products',
      needsConnectionToken: true,
      query: pageQuery,
      run(call) {
        if (call.token === undefined) return { answer: { status: 401, body: { detail: 'Invalid connection token' } } }
        return purchasePage(call, call.account.purchases.of(call.token.connectionId))
      },
    },
    {
      name: 'GET /purchases/{purchase_id}',
      source: subtotalPages.getPurchase,
      scope: 'purchases:brand_products',
      needsConnectionToken: true,
      run({ account, pathId, settings, token }) {
        const purchase = account.purchases.get(pathId)
        const isForeign = token !== undefined && token.connectionId !== purchase?.connectionId
        if (purchase === undefined || isForeign) return notFound('Purchase')
        return { answer: { status: 200, body: toPurchaseAnswer(purchase, settings.era) } }
      },
    },
    {
      name: 'GET /retailers',
      source: subtotalPages.getRetailers,
      run: ({ account, settings }) => ({ answer: { status: 200, body: toRetailersAnswer(account.retailers, settings.era) } }),
    },
  ]
}

/** Remembers the connection that a body describes; `undefined` when the account has no such retailer. */
export function newConnection(
  { account, body }: CheckedCall,
  { status, isSimulated }: Pick<MockConnection, 'status' | 'isSimulated'>,
): MockConnection | undefined {
  const { customer_id: customerId, retailer_id: retailer, email, mobile } = body
  if (!account.retailers.some(({ id }) => id === retailer)) return undefined
  return account.putConnection({
    id: account.nextId(),
    customerId: textOrNull(customerId),
    retailer: String(retailer),
    email: textOrNull(email),
    mobile: textOrNull(mobile),
    status,
    isSimulated,
  })
}

/** The connection as an answer, and what was changed. */
export function changed(call: CheckedCall, status: number, connection: MockConnection): RouteResult {
  return { answer: answerOf(call, status, connection), changed: connection.id }
}

function answerOf({ settings }: CheckedCall, status: number, connection: MockConnection) {
  return { status, body: toConnectionAnswer(connection, settings.era) }
}

function purchasePage({ query, settings }: CheckedCall, purchases: readonly MockPurchase[]): RouteResult {
  const after = query.get('starting_after')
  const start = after === null ? 0 : purchases.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0) {
    return { answer: invalid([{ loc: ['query', 'starting_after'], msg: 'No such purchase' }]) }
  }
  const end = start + Number(query.get('limit') ?? defaultLimit)
  const page = purchases.slice(start, end).map((purchase) => toSummaryAnswer(purchase, settings.era))
  return { answer: { status: 200, body: { has_more: end < purchases.length, purchases: page } } }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
