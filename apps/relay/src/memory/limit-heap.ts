import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const youngBytes = 32 * 1024 * 1024
const growthPercent = 50

/**
 * Keeps this process small. On a machine with much memory V8 lets young objects take up to 128 MiB and the others double before it looks
 * what is still used. Here the young ones get 32 MiB, and the others a half more than what was used. For a whole process: not for a host
 * that has a relay in it.
 */
export function limitHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
  const observer = new PerformanceObserver(() => {
    if (youngSize() < youngBytes) return
    // Node.js takes the limit itself (`--max-semi-space-size`) only at the start of a process.
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

function youngSize(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}
