import { hasMerchants } from './era-answers.ts'
import { toConnectionPayload, toProfilePayload, toPurchasePayload, toWebhookBody } from './era-webhooks.ts'
import type { PurchaseContent, SubtotalSettings } from './mock-subtotal-options.ts'
import type { MockConnection, MockEvent, MockPurchase } from './mock-subtotal-types.ts'
import type { SubtotalAccount } from './subtotal-account.ts'
import type { WebhookSender } from './webhook-sender.ts'

/** The names that a webhook can be subscribed to. No stored page lists them; these are the ones that pages name. */
export const subtotalEventNames: readonly string[] = [
  'connection.initialized',
  'connection.activated',
  'connection.unauthenticated',
  'connection.disconnected',
  'connection.deleted',
  'connection.profile.created',
  'connection.profile.updated',
  'purchase.created',
]

/** Tells webhooks what happened. */
export interface SubtotalEvents {
  connection(connection: MockConnection): void
  profile(connection: MockConnection, type: 'connection.profile.created' | 'connection.profile.updated'): void
  purchase(purchase: MockPurchase, content?: PurchaseContent): void
}

/** What {@link createSubtotalEvents} needs. */
export interface SubtotalEventsContext {
  readonly account: SubtotalAccount
  readonly settings: SubtotalSettings
  readonly sender: WebhookSender
  /** Told of each event, before anything is sent. */
  happened(event: MockEvent): void
}

/** Makes an event of each thing that happens and sends it to every webhook that wants it. */
export function createSubtotalEvents({ account, settings, sender, happened }: SubtotalEventsContext): SubtotalEvents {
  const { era, clock } = settings

  function emit(
    type: string,
    connection: MockConnection,
    payload: Readonly<Record<string, unknown>>,
    purchase?: MockPurchase,
  ): void {
    const id = account.nextId()
    const event: MockEvent = {
      id,
      type,
      body: toWebhookBody(type, id, payload, era, clock.now()),
      connectionId: connection.id,
      purchaseId: purchase?.id ?? null,
      purchaseDate: purchase?.date ?? null,
      isSimulated: connection.isSimulated,
    }
    happened(event)
    for (const webhook of account.webhooks.values()) {
      if (!webhook.isActive || !webhook.eventTypes.includes(type)) continue
      if (event.isSimulated && !webhook.receivesSimulatedEvents) continue
      const day = purchase?.date.slice(0, 10)
      if (day !== undefined && webhook.purchaseDateStart !== null && day < webhook.purchaseDateStart) continue
      if (day !== undefined && webhook.purchaseDateEnd !== null && day > webhook.purchaseDateEnd) continue
      sender.send(event, webhook)
    }
  }

  return {
    connection(connection) {
      // Of 2025 alone.
      if (connection.status === 'initialized' && !hasMerchants(era)) return
      const type = typeOf(connection, hasMerchants(era))
      emit(type, connection, toConnectionPayload(connection, type, era))
    },
    profile(connection, type) {
      // Of era E alone, and only while the connection is active.
      if (era !== 'E' || connection.status !== 'active') return
      emit(type, connection, toProfilePayload(connection, account.purchases.of(connection.id)))
    },
    purchase(purchase, content = settings.purchaseContent) {
      const connection = account.connections.get(purchase.connectionId)
      if (connection === undefined) return
      emit('purchase.created', connection, toPurchasePayload(purchase, connection, content, era), purchase)
    },
  }
}

function typeOf({ status }: MockConnection, isOf2025: boolean): string {
  switch (status) {
    case 'initialized':
      return 'connection.initialized'
    case 'active':
      return 'connection.activated'
    case 'unauthenticated':
      return 'connection.unauthenticated'
    case 'disconnected':
      return isOf2025 ? 'connection.deleted' : 'connection.disconnected'
  }
}
