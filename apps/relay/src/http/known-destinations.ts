import type { Store } from '../store/store.ts'

/** The destinations that deliveries can be looked for by: one that is no longer configured may still have some. */
export async function knownDestinations(options: {
  readonly store: Pick<Store, 'stats'>
  readonly destinations: readonly string[]
}): Promise<readonly string[]> {
  const { destinations } = await options.store.stats()
  return [...new Set([...options.destinations, ...destinations.map((one) => one.destination)])]
}
