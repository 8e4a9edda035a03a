import type { RelayUnderTest } from './relay-under-test.ts'

const pollMs = 50

/** So many deliveries wait, over all destinations. */
export async function pendingOf(relay: RelayUnderTest): Promise<number> {
  const text = JSON.stringify(await relay.get('/api/v1/stats'))
  return [...text.matchAll(/"pending":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Resolves when nothing waits, or when time is up; to how many wait then. */
export async function drain(relay: RelayUnderTest, limitMs = 120_000): Promise<number> {
  const endsAt = performance.now() + limitMs
  for (;;) {
    const pending = await pendingOf(relay)
    if (pending === 0 || performance.now() > endsAt) return pending
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
