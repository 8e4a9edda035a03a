import type { ChaosStore } from './chaos-store.ts'

/** The deliveries that are leased now, each with the token of whoever holds it. */
export async function heldDeliveries(store: ChaosStore): Promise<ReadonlyMap<number, string>> {
  const held = new Map<number, string>()
  await store.each<{ readonly id: number; readonly lease_token: string }>(
    "SELECT id, lease_token FROM deliveries WHERE status = 'pending' AND lease_token IS NOT NULL",
    ({ id, lease_token: token }) => void held.set(id, token),
  )
  return held
}

/** How many of them nobody else has taken over, and nobody has settled. */
export async function stillHeld(store: ChaosStore, held: ReadonlyMap<number, string>): Promise<number> {
  const now = await heldDeliveries(store)
  return [...held].filter(([id, token]) => now.get(id) === token).length
}
