import type { MockPurchase } from './mock-subtotal-types.ts'

/** The purchases of all connections. */
export interface PurchaseBook {
  readonly size: number
  add(purchase: MockPurchase): void
  get(id: string): MockPurchase | undefined
  /** Of one connection, newest purchase date first. */
  of(connectionId: string): readonly MockPurchase[]
}

interface Shelf {
  purchases: MockPurchase[]
  isSorted: boolean
}

/** An empty book. */
export function createPurchaseBook(): PurchaseBook {
  const byId = new Map<string, MockPurchase>()
  const shelves = new Map<string, Shelf>()

  return {
    get size() {
      return byId.size
    },
    add(purchase) {
      byId.set(purchase.id, purchase)
      const shelf = shelves.get(purchase.connectionId) ?? { purchases: [], isSorted: true }
      shelf.purchases.push(purchase)
      shelf.isSorted = false
      shelves.set(purchase.connectionId, shelf)
    },
    get: (id) => byId.get(id),
    of(connectionId) {
      const shelf = shelves.get(connectionId)
      if (shelf === undefined) return []
      if (!shelf.isSorted) shelf.purchases.sort(newestFirst)
      shelf.isSorted = true
      return shelf.purchases
    },
  }
}

function newestFirst(left: MockPurchase, right: MockPurchase): number {
  if (left.date !== right.date) return left.date < right.date ? 1 : -1
  return left.id < right.id ? 1 : -1
}
