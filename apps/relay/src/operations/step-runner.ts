import type { Clock, Timer } from '../clock/clock.ts'

/** Does something in small steps, with time for others between them. */
export interface StepRunner {
  /** Begins, or looks again after the step under way. One that waits for its time goes on waiting. */
  wake(): void
  /** Begins, or goes on at once, whatever it waits for. */
  hurry(): void
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
  /** Whether to look again, and how soon, after the step under way. */
  let isWoken = false
  let isHurried = false
  let timer: Timer | undefined
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    isWoken = false
    isHurried = false
    const delayMs = await step().catch((error: unknown) => {
      onFailure(error)
      return retryMs
    })
    running = undefined
    if (isStopping || (delayMs === undefined && !isWoken)) return
    timer = clock.setTimeout(go, isHurried ? 0 : (delayMs ?? 0))
  }

  function go(): void {
    timer = undefined
    running ??= run()
  }

  function wake(): void {
    isWoken = true
    if (!isStopping && timer === undefined) go()
  }

  return {
    wake,
    hurry() {
      isHurried = true
      timer?.cancel()
      timer = undefined
      wake()
    },
    async stop() {
      isStopping = true
      timer?.cancel()
      await running
    },
  }
}
