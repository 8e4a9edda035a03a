import { z } from 'zod'
import type { Profile } from '../event/subtotal-event.ts'
import { countField, textField } from './wire-field.ts'

/** The profile of a webhook, without its connection's id. */
export type WireProfile = Omit<Profile, 'connection_id'>

/**
 * A profile, flat under `payload` as the events page says. The webhook's own table is in no stored copy whole: the names are those of the
 * Klaviyo events that are made of it.
 *
 * @see https://docs.subtotal.com/docs/webhooks/events
 * @see https://docs.subtotal.com/docs/integrations/klaviyo/event-types
 */
export const profileSchema: z.ZodType<WireProfile> = z.object({
  first_name: textField,
  last_name: textField,
  email: textField,
  mobile: textField,
  postal_code: textField,
  account_created_date: textField,
  total_purchases: countField,
  last_purchase_date: textField,
  brand_purchases: countField,
  last_brand_purchase_date: textField,
  brand_purchase_rate: countField,
})
