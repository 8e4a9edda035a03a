import { createMockServer } from '../mock-destination/mock-server.ts'
import type { CreateMockSubtotalOptions, MockSubtotal } from './mock-subtotal.ts'
import { subtotalScopes, toSubtotalSettings } from './mock-subtotal-options.ts'
import type { MockAttempt, MockConnection, MockEvent } from './mock-subtotal-types.ts'
import { createSubtotalAccount } from './subtotal-account.ts'
import { createSubtotalEvents, subtotalEventNames } from './subtotal-events.ts'
import { createSubtotalJudge, type Disturb } from './subtotal-judge.ts'
import { createWebhookSender } from './webhook-sender.ts'

const dayMs = 24 * 60 * 60 * 1000

/**
 * Starts a strict mock of Subtotal on 127.0.0.1: the REST API with the rules of `subtotalRules`, each with its source, and webhooks on
 * Subtotal's own schedule. Answers and webhooks have the shape of one era of its documentation. `clear()` forgets what came in and was sent;
 * the account stays.
 *
 * @example
 * const subtotal = await createMockSubtotal()
 * subtotal.addWebhook({ url: `${relayUrl}/webhooks/subtotal` }).signingSecret // for the receiver
 * const { id } = subtotal.link({ customerId: 'customer-1', email: 'robin@shoppers.example' })
 * subtotal.purchase(id)
 * await subtotal.idle()
 * await subtotal.close()
 */
export async function createMockSubtotal(options: CreateMockSubtotalOptions = {}): Promise<MockSubtotal> {
  const settings = toSubtotalSettings(options)
  const { clock } = settings
  const account = createSubtotalAccount(settings)
  const keeps = options.keepRequests !== false
  const happenings: MockEvent[] = []
  const attempts: MockAttempt[] = []
  const scopes = new Set(options.scopes ?? subtotalScopes)
  let isKeyRevoked = false
  let disturb: Disturb | undefined
  let lastEvent: MockEvent | undefined

  const sender = createWebhookSender({
    settings,
    webhookOf: (id) => account.webhooks.get(id),
    attempted(attempt) {
      if (keeps) attempts.push(attempt)
      options.onAttempt?.(attempt)
    },
  })
  const events = createSubtotalEvents({
    account,
    settings,
    sender,
    happened(event) {
      lastEvent = event
      if (keeps) happenings.push(event)
      options.onEvent?.(event)
    },
  })
  const judge = createSubtotalJudge({
    account,
    settings,
    events,
    scopes,
    disturb: (request) => disturb?.(request),
    isKeyRevoked: () => isKeyRevoked,
  })
  const server = await createMockServer(judge, {
    ...options,
    onClear() {
      happenings.length = 0
      attempts.length = 0
    },
  })

  function known(connectionId: string): MockConnection {
    const connection = account.connections.get(connectionId)
    if (connection === undefined) throw new Error(`The mock has no connection ${connectionId}.`)
    return connection
  }

  function change(connectionId: string, changes: Partial<MockConnection>): MockConnection {
    const connection = account.putConnection({ ...known(connectionId), ...changes })
    events.connection(connection)
    return connection
  }

  return {
    ...server,
    get peakSockets() {
      return server.peakSockets
    },
    link({ connectionId, customerId = null, retailer = 'walmart', email = null, mobile = null, isSimulated = false } = {}) {
      if (connectionId !== undefined) return change(connectionId, { status: 'active' })
      const id = account.nextId()
      account.putConnection({ id, customerId, retailer, email, mobile, status: 'initialized', isSimulated })
      return change(id, { status: 'active' })
    },
    loseLogin: (connectionId) => change(connectionId, { status: 'unauthenticated' }),
    logInAgain: (connectionId) => change(connectionId, { status: 'active' }),
    unlink: (connectionId) => change(connectionId, { status: 'disconnected' }),
    captureProfile: (connectionId) => events.profile(known(connectionId), 'connection.profile.created'),
    updateProfile: (connectionId) => events.profile(known(connectionId), 'connection.profile.updated'),
    purchase(connectionId, { ageMs = 0, date = new Date(clock.now() - ageMs).toISOString(), content } = {}) {
      const purchase = account.addPurchase(known(connectionId).id, date)
      events.purchase(purchase, content)
      return purchase
    },
    addPurchases(connectionId, count, { newestAt = clock.now(), everyMs = dayMs } = {}) {
      const { id } = known(connectionId)
      return Array.from({ length: count }, (_, index) =>
        account.addPurchase(id, new Date(newestAt - index * everyMs).toISOString()),
      )
    },
    announce(purchaseId, content) {
      const purchase = account.purchases.get(purchaseId)
      if (purchase === undefined) throw new Error(`The mock has no purchase ${purchaseId}.`)
      events.purchase(purchase, content)
    },
    addWebhook: (webhook) =>
      account.putWebhook(
        account.makeWebhook({
          name: 'From the dashboard',
          isActive: true,
          receivesSimulatedEvents: true,
          eventTypes: subtotalEventNames,
          ...webhook,
        }),
      ),
    revokeKey() {
      isKeyRevoked = true
    },
    restoreKey() {
      isKeyRevoked = false
    },
    setScopes(allowed) {
      scopes.clear()
      for (const scope of allowed) scopes.add(scope)
    },
    disturb(asked) {
      disturb = asked
    },
    get connections() {
      return [...account.connections.values()]
    },
    get webhooks() {
      return [...account.webhooks.values()]
    },
    retailers: account.retailers,
    purchasesOf: (connectionId) => account.purchases.of(connectionId),
    events: happenings,
    get lastEvent() {
      return lastEvent
    },
    attempts,
    get inFlight() {
      return sender.inFlight
    },
    get waiting() {
      return sender.waiting
    },
    idle: () => sender.idle(),
    async close() {
      sender.close()
      await server.close()
    },
  }
}
