import type { Clock, Timer } from '../clock/clock.ts'

/** Does something in small steps, with time for others between them. */
export interface StepRunner {
  /** Goes on at once, or begins. */
  wake(): void
  /** Does nothing more; resolves when the step under way has ended. */
  stop(): Promise<void>
}

/** What is done in steps. */
export interface StepRunnerOptions {
  readonly clock: Clock
  /** Resolves to how long to wait before the next step, in milliseconds; `undefined`: until woken. */
  readonly step: () => Promise<number | undefined>
  /** A step failed; it is tried again. */
  readonly onFailure: (error: unknown) => void
}

const retryMs = 1_000

/** A runner that does nothing until woken. */
export function createStepRunner({ clock, step, onFailure }: StepRunnerOptions): StepRunner {
  let isStopping = false
  let isWoken = false
  let timer: Timer | undefined
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    isWoken = false
    const delayMs = await step().catch((error: unknown) => {
      onFailure(error)
      return retryMs
    })
    running = undefined
    if (isStopping || (delayMs === undefined && !isWoken)) return
    timer = clock.setTimeout(go, isWoken ? 0 : (delayMs ?? 0))
  }

  function go(): void {
    timer = undefined
    running ??= run()
  }

  return {
    wake() {
      isWoken = true
      if (isStopping) return
      timer?.cancel()
      go()
    },
    async stop() {
      isStopping = true
      timer?.cancel()
      await running
    },
  }
}
