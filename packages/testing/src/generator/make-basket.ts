import type { CatalogueProduct } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Random } from './random.ts'

/** One line of a basket. */
export interface BasketLine {
  readonly product: CatalogueProduct
  readonly quantity: number
}

/** What somebody bought, in cents: prices times quantities are the subtotal, subtotal and tax are the total. */
export interface Basket {
  readonly lines: readonly BasketLine[]
  readonly subtotalCents: number
  readonly taxCents: number
}

const mostLines = 15
const taxRates = [0, 0.029, 0.0625, 0.0725, 0.08875]

/** From one to fifteen products, most of them bought once. */
export function makeBasket(random: Random): Basket {
  const lines = random
    .sample(catalogue, random.integer(1, mostLines))
    .map((product) => ({ product, quantity: random.chance(0.7) ? 1 : random.integer(2, 6) }))
  const subtotalCents = lines.reduce((sum, { product, quantity }) => sum + product.cents * quantity, 0)
  return { lines, subtotalCents, taxCents: Math.round(subtotalCents * random.pick(taxRates)) }
}

/** Cents as a decimal string: `4464` → `"44.64"`. */
export function toDecimal(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}
