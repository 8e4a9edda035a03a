import { z } from 'zod'
import type { PurchasePage } from './subtotal-purchase.ts'
import { looseText, requiredText } from './wire-field.ts'

/**
 * A page of purchases. `has_more` must be there: without it older purchases would be left out unnoticed.
 *
 * @see https://docs.subtotal.com/docs/api-reference/purchases/get-purchases
 */
export const purchasePageSchema: z.ZodType<PurchasePage> = z
  .object({
    has_more: z.boolean(),
    purchases: z.array(z.object({ purchase_id: requiredText, date: looseText, total: looseText, status: looseText })),
  })
  .transform(({ has_more, purchases }) => ({
    hasMore: has_more,
    purchases: purchases.map(({ purchase_id: id, date, total, status }) => ({ id, date, total, status })),
  }))
