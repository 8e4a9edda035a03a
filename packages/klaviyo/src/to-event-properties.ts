import type { MappingContext, Profile, Properties, Purchase, SubtotalEvent } from '@subtotal-connectors/core'
import { brandsOf, toMoneyNumber, withoutNulls } from '@subtotal-connectors/core'
import { maxArrayItems } from './klaviyo-limits.ts'
import { purchaseUnits } from './purchase-units.ts'

/** Properties of one event, before the option `properties`. */
export interface EventProperties {
  readonly properties: Properties
  readonly warnings: readonly string[]
}

/**
 * The published properties of the event, in the published order and types; `Purchased at Retailer` and the connection events
 * leave out what is null, profile events keep it. Source: https://docs.subtotal.com/docs/integrations/klaviyo/event-types.
 */
export function toEventProperties(event: SubtotalEvent, linkUrl: MappingContext['linkUrl']): EventProperties {
  const connection = { connection_id: event.connection.id, retailer: event.connection.retailer }
  switch (event.type) {
    case 'purchase.created':
      return toPurchaseProperties(event.purchase, event.connection.retailer)
    case 'account.connected':
    case 'connection.reauthenticated':
      return { properties: withoutNulls(connection), warnings: [] }
    case 'account.disconnected':
    case 'connection.unauthenticated':
      return { properties: withoutNulls({ ...connection, link_url: linkUrl }), warnings: [] }
    case 'profile.created':
    case 'profile.updated':
      return { properties: toProfileEventProperties(event.profile), warnings: [] }
  }
}

function toPurchaseProperties(purchase: Purchase, retailer: string | null): EventProperties {
  const { upcs, warning } = purchaseUnits(purchase, maxArrayItems)
  const properties = withoutNulls({
    purchase_id: purchase.id,
    retailer,
    date: purchase.date,
    item_count: purchase.itemCount,
    subtotal: moneyOrNull(purchase.subtotal),
    tax: moneyOrNull(purchase.tax),
    total: moneyOrNull(purchase.total),
    brands: brandsOf(purchase),
    upcs,
  })
  return { properties, warnings: warning === undefined ? [] : [warning] }
}

function toProfileEventProperties(profile: Profile): Properties {
  return {
    connection_id: profile.connection_id,
    first_name: profile.first_name,
    last_name: profile.last_name,
    email: profile.email,
    mobile: profile.mobile,
    postal_code: profile.postal_code,
    account_created_date: profile.account_created_date,
    total_purchases: profile.total_purchases,
    last_purchase_date: profile.last_purchase_date,
    brand_purchases: profile.brand_purchases,
    last_brand_purchase_date: profile.last_brand_purchase_date,
    brand_purchase_rate: profile.brand_purchase_rate,
  }
}

function moneyOrNull(decimal: string | null): number | null {
  return decimal === null ? null : toMoneyNumber(decimal)
}
