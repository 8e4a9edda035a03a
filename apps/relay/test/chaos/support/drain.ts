import type { RelayUnderTest } from './relay-under-test.ts'

const pollMs = 50

/** So many deliveries wait, over all destinations. */
export async function pendingOf(relay: RelayUnderTest): Promise<number> {
  const text = JSON.stringify(await relay.get('/api/v1/stats'))
  return [...text.matchAll(/"pending":(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Whether a replay has not made all of its deliveries due. */
async function isReplaying(relay: RelayUnderTest): Promise<boolean> {
  return JSON.stringify(await relay.get('/api/v1/replays?limit=500')).includes('"finishedAt":null')
}

/** Resolves when nothing waits and no replay goes on, or when time is up; to how many wait then. */
export async function drain(relay: RelayUnderTest, limitMs = 120_000): Promise<number> {
  const endsAt = performance.now() + limitMs
  for (;;) {
    // In this order: what a replay has made due before it ended waits afterwards.
    const isOver = !(await isReplaying(relay))
    const pending = await pendingOf(relay)
    if (performance.now() > endsAt || (pending === 0 && isOver)) return pending
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
