import { createHash } from 'node:crypto'
import type { MappingContext, Properties, SubtotalEvent } from '@subtotal-connectors/core'
import { brandsOf, toMoneyNumber, upcsOf, withoutNulls } from '@subtotal-connectors/core'
import { maxIdLength } from './iterable-api.ts'
import type { IterableEvent } from './iterable-event.ts'

/** Event → message. */
export function toIterableEvent(event: SubtotalEvent, context: MappingContext, currency: string | undefined): IterableEvent {
  const { kind, value } = context.identifier
  return {
    ...(kind === 'customerId' ? { userId: value } : { email: value }),
    eventName: context.eventName,
    id: toId(event.idempotencyKey),
    createdAt: Math.floor(Date.parse(event.occurredAt) / 1_000),
    dataFields: context.properties(withoutNulls(toDataFields(event, context.linkUrl, currency))),
  }
}

function toDataFields(event: SubtotalEvent, linkUrl: string | undefined, currency: string | undefined): Properties {
  const connection = { connection_id: event.connection.id, retailer: event.connection.retailer, source: 'subtotal' }
  switch (event.type) {
    case 'purchase.created': {
      const { purchase } = event
      return {
        ...connection,
        purchase_id: purchase.id,
        total: toAmount(purchase.total),
        tax: toAmount(purchase.tax),
        subtotal: toAmount(purchase.subtotal),
        currency,
        item_count: purchase.itemCount,
        brands: brandsOf(purchase),
        upcs: upcsOf(purchase),
      }
    }
    case 'account.connected':
    case 'connection.reauthenticated':
      return connection
    case 'account.disconnected':
    case 'connection.unauthenticated':
      return { ...connection, link_url: linkUrl }
    case 'profile.created':
    case 'profile.updated':
      return { ...connection, ...event.profile }
  }
}

function toAmount(decimal: string | null): number | null {
  return decimal === null ? null : toMoneyNumber(decimal)
}

function toId(idempotencyKey: string): string {
  return idempotencyKey.length <= maxIdLength ? idempotencyKey : createHash('sha256').update(idempotencyKey).digest('hex')
}
