import { upcA } from './upc-a.ts'

/** Something that a retailer sells. */
export interface CatalogueProduct {
  readonly upc: string
  /** A slug. */
  readonly brand: string
  readonly name: string
  readonly description: string
  readonly cents: number
}

type Row = readonly [elevenDigits: string, brand: string, name: string, size: string, cents: number]

/** Brands are those of Subtotal's published examples and a few invented ones; names, prices and most numbers are invented. */
const rows: readonly Row[] = [
  ['04900002891', 'diet-coke', 'Diet Coke 12pk', '12pk/12oz cans', 849],
  ['04900003117', 'coca-cola', 'Coca-Cola 2L', '2L bottle', 268],
  ['04900004086', 'coca-cola', 'Coca-Cola Zero Sugar 6pk', '6pk/16.9oz bottles', 598],
  ['01300000124', 'heinz', 'Tomato Ketchup 20oz', '20oz bottle', 324],
  ['01300000611', 'heinz', 'Yellow Mustard 14oz', '14oz bottle', 198],
  ['04150000700', 'frenchs', 'Classic Yellow Mustard 14oz', '14oz bottle', 212],
  ['03760013872', 'spam', 'Spam Classic 12oz', '12oz can', 368],
  ['05150025516', 'jif', 'Creamy Peanut Butter 16oz', '16oz jar', 296],
  ['07695045036', 'yogi-tea', 'Honey Lavender Tea 16ct', '16 tea bags', 498],
  ['01600012479', 'cheerios', 'Cheerios 18oz', '18oz box', 549],
  ['01600027526', 'cheerios', 'Honey Nut Cheerios 15.4oz', '15.4oz box', 512],
  ['04000047652', 'm&ms', 'M&M’s Peanut 10.7oz', '10.7oz bag', 448],
  ['04133102787', 'goya', 'Black Beans 15.5oz', '15.5oz can', 124],
  ['04133102412', 'goya', 'Chick Peas 29oz', '29oz can', 218],
  ['00123456101', 'northfold', 'Sourdough Loaf', '24oz loaf', 479],
  ['00123456102', 'northfold', 'Seeded Rolls 6ct', '6 rolls', 389],
  ['00123456103', 'northfold', 'Oat Granola 12oz', '12oz bag', 625],
  ['00098765401', 'cafe-orée', 'Café Orée Dark Roast 12oz', '12oz bag, whole bean', 1099],
  ['00098765402', 'cafe-orée', 'Café Orée Decaf 12oz', '12oz bag, ground', 1149],
  ['85001234501', 'little-otter', 'Baby Wipes 3pk', '3 packs of 72', 797],
  ['85001234502', 'little-otter', 'Diapers Size 3', '78 count', 2494],
  ['07000011101', 'maple-run', 'Whole Milk 1gal', '1 gallon jug', 412],
  ['07000011102', 'maple-run', 'Large Eggs 12ct', '12 eggs', 368],
  ['07000011103', 'maple-run', 'Salted Butter 1lb', '4 sticks', 489],
  ['07000011104', 'maple-run', 'Greek Yogurt 32oz', '32oz tub', 577],
  ['60501230001', 'sunday-press', 'Olive Oil 500ml', '500ml bottle', 1289],
  ['60501230002', 'sunday-press', 'Sparkling Water, Lime 8pk', '8pk/12fl oz cans', 425],
]

/** What generated purchases are made of. */
export const catalogue: readonly CatalogueProduct[] = rows.map(([digits, brand, name, size, cents]) => ({
  upc: upcA(digits),
  brand,
  name,
  description: `${name} - ${size}`,
  cents,
}))

/** The brands that the invented programme belongs to: a profile's brand figures count purchases with one of them. */
export const programmeBrands: readonly string[] = ['heinz', 'northfold', 'cafe-orée']

/** Ids of retailers that Subtotal's pages name. */
export const retailers: readonly string[] = ['walmart', 'target', 'amazon', 'instacart', 'sephora']
