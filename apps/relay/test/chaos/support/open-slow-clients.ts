import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { SlowCounts, SlowKind, SlowPlan } from './slow-client-process.ts'

/** Clients that hold connections open, each kind in its own way. Whoever is cut off comes again. */
export interface SlowClients {
  /** The fewest that were connected at a time since all were. */
  fewest(): number
  /** How often the relay closed a connection. */
  cutOff(): number
  /** No more come; resolves to how many are left when all are cut off, or when so much time has passed. */
  waitForCut(limitMs: number): Promise<number>
  end(): void
}

/** Less than the relay gives headers, so that at the end of it all are there. */
const openingMs = 8_000
const openingLimitMs = 30_000

/** Opens them from a process of its own, at a steady pace, so that what that costs is not measured; resolves when all are connected. */
export async function openSlowClients(url: string, count: number, kind: SlowKind): Promise<SlowClients> {
  const plan: SlowPlan = { url, kind, count, perSecond: (count * 1_000) / openingMs }
  const execArgv = ['--disable-warning=ExperimentalWarning']
  const child = fork(join(import.meta.dirname, 'slow-client-process.ts'), [JSON.stringify(plan)], { execArgv })
  let last: SlowCounts = { open: 0, cutOff: 0 }
  let fewest = count
  child.on('message', (counts: SlowCounts) => {
    last = counts
    fewest = Math.min(fewest, counts.open)
  })

  /** Looks at each report until it is true, or until so much time has passed. */
  async function until(isTrue: () => boolean, limitMs: number): Promise<void> {
    const endsAt = performance.now() + limitMs
    while (!isTrue() && performance.now() < endsAt) await new Promise((resolve) => setTimeout(resolve, 100))
  }

  await until(() => last.open === count, openingLimitMs)
  fewest = last.open
  return {
    fewest: () => fewest,
    cutOff: () => last.cutOff,
    async waitForCut(limitMs) {
      child.send('no more')
      await until(() => last.open === 0, limitMs)
      return last.open
    },
    end: () => void child.kill(),
  }
}
