import type { SubtotalApi, SubtotalRetailer } from '@subtotal-connectors/subtotal-api'
import type { Clock } from '../clock/clock.ts'

/** The account's retailers, for people: an id alone says little. */
export interface RetailerDirectory {
  /** What was last heard. Asks again in the background when that is old; the first answer is waited for, at most a second. */
  list(): Promise<readonly SubtotalRetailer[]>
}

const freshMs = 60 * 60_000
const retryMs = 60_000
const firstAnswerMs = 1_000

/** Asks Subtotal when somebody looks, at most every hour, or a minute after it could not be asked. Without its API there are none. */
export function createRetailerDirectory(api: SubtotalApi | undefined, clock: Clock): RetailerDirectory {
  let retailers: readonly SubtotalRetailer[] = []
  let askAgainAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  async function ask(from: SubtotalApi): Promise<void> {
    try {
      retailers = await from.retailers.list()
      askAgainAt = clock.elapsed() + freshMs
    } catch {
      askAgainAt = clock.elapsed() + retryMs
    }
    asking = undefined
  }

  return {
    async list() {
      if (api !== undefined && clock.elapsed() >= askAgainAt) asking ??= ask(api)
      if (retailers.length === 0 && asking !== undefined) await Promise.race([asking, wait(clock, firstAnswerMs)])
      return retailers
    },
  }
}

/** The name for people; `null`: not known. */
export function retailerName(retailers: readonly SubtotalRetailer[], id: string | null): string | null {
  return retailers.find((retailer) => retailer.id === id)?.name ?? null
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms)
  })
}
