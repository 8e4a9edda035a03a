import { z } from 'zod'
import type { SubtotalConnection } from './subtotal-connection.ts'
import { looseFlag, looseText, requiredText } from './wire-field.ts'

/**
 * A connection in answers of every age: `merchant_id` is what `retailer_id` was called in 2025, when there was no email and no mobile.
 *
 * @see https://docs.subtotal.com/docs/api-reference/connections/get-connection
 */
export const connectionSchema: z.ZodType<SubtotalConnection> = z
  .object({
    connection_id: requiredText,
    customer_id: looseText,
    retailer_id: looseText,
    merchant_id: looseText,
    status: looseText,
    email: looseText,
    mobile: looseText,
    is_simulated: looseFlag,
  })
  .transform((wire) => ({
    id: wire.connection_id,
    customerId: wire.customer_id,
    retailer: wire.retailer_id ?? wire.merchant_id,
    status: wire.status,
    email: wire.email,
    mobile: wire.mobile,
    isSimulated: wire.is_simulated,
  }))

/** `GET /connections`. */
export const connectionsSchema: z.ZodType<{ connections: SubtotalConnection[] }> = z.object({
  connections: z.array(connectionSchema),
})

/** `POST /connections/{connection_id}/token`. */
export const tokenSchema: z.ZodType<{ connection_token: string }> = z.object({
  // It becomes a header's value.
  connection_token: z.string().regex(/^[\x21-\x7e]+$/),
})
