import { z } from 'zod'
import { countField, decimalField, textField } from './wire-field.ts'

interface WireProduct {
  product_id: string | null
  name: string | null
  description: string | null
  brand: string | null
  upc: string | null
  /** What `upc` was called in late 2025. */
  gtin: string | null
}

/** An item, with its product inside `product` (2026) or flat (2025). */
export interface WireItem extends WireProduct {
  item_id: string | null
  quantity: number | null
  price: string | null
  product?: WireProduct | null | undefined
}

/** The purchase of a webhook. */
export interface WirePurchase {
  purchase_id: string | null
  date: string | null
  total: string | null
  tax: string | null
  subtotal: string | null
  item_count: number | null
  items?: WireItem[] | null | undefined
  status: string | null
}

const product = {
  product_id: textField,
  name: textField,
  description: textField,
  brand: textField,
  upc: textField,
  gtin: textField,
}

const itemSchema: z.ZodType<WireItem> = z.object({
  ...product,
  item_id: textField,
  quantity: countField,
  price: decimalField,
  product: z.object(product).nullish(),
})

/**
 * A purchase as Subtotal's API describes it; no stored copy of the webhook's own table is whole, so it is looked for in
 * `payload.purchase` and in `payload` itself. Items hold their product in `product` with a `upc` (2026), or flat with a `gtin` (late 2025), or
 * are a `description` alone (early 2025).
 *
 * @see https://docs.subtotal.com/docs/api-reference/purchases/get-purchase
 * @see https://docs.subtotal.com/docs/webhooks/events
 */
export const purchaseSchema: z.ZodType<WirePurchase> = z.object({
  purchase_id: textField,
  date: textField,
  total: decimalField,
  tax: decimalField,
  subtotal: decimalField,
  item_count: countField,
  items: z.array(itemSchema).nullish(),
  status: textField,
})
