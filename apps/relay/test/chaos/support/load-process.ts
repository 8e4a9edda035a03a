import process from 'node:process'
import type { Sent } from './oracle.ts'
import { createOracle } from './oracle.ts'
import { createProducer, createPurchases } from './producer.ts'

/** What a producer in a process of its own is to do. */
export interface LoadPlan {
  readonly url: string
  readonly seed: number
  /** Made before the first is posted, so that making them costs nothing while it is measured. */
  readonly prepared: number
  readonly phases: readonly {
    readonly perSecond: number
    readonly forMs: number
    readonly restMs: number
    readonly isMeasured: boolean
  }[]
}

/** What it did. */
export interface LoadDone {
  readonly latencies: readonly number[]
  readonly statuses: readonly (readonly [number, number])[]
  readonly sent: readonly Sent[]
}

if (process.argv[2] !== undefined) await run(JSON.parse(process.argv[2]))

async function run({ url, seed, prepared, phases }: LoadPlan): Promise<void> {
  const make = createPurchases(seed)
  const webhooks = Array.from({ length: prepared }, make)
  const oracle = createOracle()
  const producer = createProducer({ url, oracle, purchases: () => webhooks.pop() ?? make() })
  const latencies: number[] = []
  for (const { perSecond, forMs, restMs, isMeasured } of phases) {
    const from = producer.latencies.length
    await producer.postSteadily(perSecond, forMs)
    if (isMeasured) latencies.push(...producer.latencies.slice(from))
    await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  await producer.stop()
  const done: LoadDone = { latencies, statuses: [...producer.statuses], sent: [...oracle.sent] }
  process.send?.(done, () => process.disconnect())
}
