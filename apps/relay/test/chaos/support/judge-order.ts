import type { DestinationName } from '../../../src/demo/arrival-keys.ts'
import type { Oracle } from './oracle.ts'

/** I6: how many events of the chains, each given in its order, came to the destination before an earlier one of their chain. */
export function outOfOrder(oracle: Oracle, destination: DestinationName, chains: readonly (readonly string[])[]): number {
  const places = new Map(oracle.firstArrivals(destination).map((key, place) => [key, place]))
  let count = 0
  for (const chain of chains) {
    let latest = -1
    for (const key of chain) {
      const place = places.get(key)
      if (place === undefined) continue
      if (place < latest) count += 1
      latest = Math.max(latest, place)
    }
  }
  return count
}
