import { z } from 'zod'
import { flagField, textField } from './wire-field.ts'

interface WireReference {
  connection_id: string | null
  customer_id: string | null
  retailer_id: string | null
  /** What `retailer_id` was called in 2025. */
  merchant_id: string | null
  is_simulated: boolean
}

interface WireConnection extends WireReference {
  email: string | null
  mobile: string | null
}

/** What every payload may say of its connection. */
export interface WireConnectionPayload extends WireReference {
  connection?: WireConnection | null | undefined
}

const reference = {
  connection_id: textField,
  customer_id: textField,
  retailer_id: textField,
  merchant_id: textField,
  is_simulated: flagField,
}

/**
 * A payload's connection: an object `connection` in the connection events of all ages and in the purchase events of 2025; beside the other
 * fields in profile events. Both are read in every event. `email` and `mobile` count only inside `connection`: elsewhere they are not
 * the customer's but the profile's. `is_simulated` is named on the event simulator's page without its place: it is looked for
 * beside `type`, in the payload, and in `connection`, where Subtotal's API has it.
 *
 * @see https://docs.subtotal.com/docs/webhooks/events
 * @see https://docs.subtotal.com/docs/event-simulator
 */
export const connectionPayloadSchema: z.ZodType<WireConnectionPayload> = z.object({
  ...reference,
  connection: z.object({ ...reference, email: textField, mobile: textField }).nullish(),
})
