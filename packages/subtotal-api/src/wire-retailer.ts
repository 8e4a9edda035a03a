import { z } from 'zod'
import type { SubtotalRetailer } from './subtotal-retailer.ts'
import { looseText } from './wire-field.ts'

const retailerSchema: z.ZodType<SubtotalRetailer> = z
  .object({
    retailer_id: looseText,
    merchant_id: looseText,
    id: looseText,
    name: looseText,
    retailer_name: looseText,
    link_url: looseText,
    url: looseText,
  })
  .transform((wire, context) => {
    const id = wire.retailer_id ?? wire.merchant_id ?? wire.id
    if (id !== null) return { id, name: wire.name ?? wire.retailer_name, linkUrl: wire.link_url ?? wire.url }
    context.issues.push({ code: 'custom', path: ['retailer_id'], message: 'is missing', input: '' })
    return z.NEVER
  })

/**
 * `GET /retailers`. The fields are cut in every stored copy: the id has the name it has elsewhere, the Link URL that of the Klaviyo events,
 * and `merchants` and `merchant_id` are the names of 2025.
 *
 * @see https://docs.subtotal.com/docs/api-reference/retailers/get-retailers
 */
export const retailersSchema: z.ZodType<SubtotalRetailer[]> = z
  .object({ retailers: z.array(retailerSchema).optional(), merchants: z.array(retailerSchema).optional() })
  .transform(({ retailers, merchants }, context) => {
    const found = retailers ?? merchants
    if (found !== undefined) return found
    context.issues.push({ code: 'custom', path: ['retailers'], message: 'is missing', input: '' })
    return z.NEVER
  })
