import type { Properties, SubtotalEvent, SubtotalEventType } from '@subtotal-connectors/core'
import { brandsOf, toMoneyString, upcsOf, withoutNulls } from '@subtotal-connectors/core'

/**
 * The names of the custom events. Those of profiles are this project's: Subtotal publishes none for Braze.
 * Source of the others: https://docs.subtotal.com/docs/integrations/braze/event-types.
 */
export const brazeEventNames: Readonly<Record<SubtotalEventType, string>> = {
  'purchase.created': 'subtotal_purchase',
  'account.connected': 'subtotal_account_connected',
  'connection.reauthenticated': 'subtotal_connection_reauthenticated',
  'account.disconnected': 'subtotal_account_disconnected',
  'connection.unauthenticated': 'subtotal_connection_unauthenticated',
  'profile.created': 'subtotal_profile_created',
  'profile.updated': 'subtotal_profile_updated',
}

const source = 'subtotal'

/**
 * The properties of an event as Subtotal's table for Braze names, types and orders them; what is not known is left out. Money
 * is a string with at least two decimals, `upcs` and `brands` hold each value once, in order.
 * Source: https://docs.subtotal.com/docs/integrations/braze/event-types.
 */
export function toBrazeProperties(event: SubtotalEvent, linkUrl: string | undefined): Properties {
  const connection = { connection_id: event.connection.id, retailer: event.connection.retailer }
  switch (event.type) {
    case 'purchase.created': {
      const { purchase } = event
      return withoutNulls({
        purchase_id: purchase.id,
        total: toMoney(purchase.total),
        tax: toMoney(purchase.tax),
        subtotal: toMoney(purchase.subtotal),
        item_count: purchase.itemCount,
        retailer: event.connection.retailer,
        upcs: upcsOf(purchase),
        brands: brandsOf(purchase),
        source,
      })
    }
    case 'account.connected':
    case 'connection.reauthenticated':
      return withoutNulls({ ...connection, source })
    case 'account.disconnected':
    case 'connection.unauthenticated':
      return withoutNulls({ ...connection, link_url: linkUrl, source })
    case 'profile.created':
    case 'profile.updated': {
      const { profile } = event
      return withoutNulls({
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
        source,
      })
    }
  }
}

function toMoney(decimal: string | null): string | null {
  return decimal === null ? null : toMoneyString(decimal)
}
