import type { ErrorCode } from '@subtotal-connectors/core'
import type { Attempted } from './attempted.ts'

/** Rejections in a row with one code, and nothing delivered between them. */
export interface RejectionRun {
  readonly code: ErrorCode | null
  readonly count: number
}

/** The run before the first rejection. */
export const noRejections: RejectionRun = { code: null, count: 0 }

/** So many rejections with one code say that something is wrong with all events, not with each. */
export const rejectionsToBlock = 20

/** What a batch makes of a run. */
export interface Counted {
  readonly run: RejectionRun
  /** Each delivery as it stands: every rejection after the run's limit is held instead of dead, whatever its code. */
  readonly attempted: readonly Attempted[]
}

/** Goes through a batch. One delivery in it ends the run: the destination takes events, and those rejected are each at fault. Pure. */
export function countRejections(run: RejectionRun, attempted: readonly Attempted[]): Counted {
  if (attempted.some(({ result }) => result.status === 'delivered')) return { run: noRejections, attempted }
  let { code, count } = run
  const counted = attempted.map((one) => {
    if (one.result.status !== 'rejected') return one
    if (count >= rejectionsToBlock) return hold(one)
    count = one.result.error.code === code ? count + 1 : 1
    code = one.result.error.code
    return one
  })
  return { run: { code, count }, attempted: counted }
}

function hold(one: Attempted): Attempted {
  if (one.result.status !== 'rejected') return one
  const { code, message } = one.result.error
  return { ...one, decision: { ...one.decision, verdict: { status: 'held', dueAt: one.delivery.dueAt, code, message } } }
}
