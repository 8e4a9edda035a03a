import type { ErasurePlan } from '../operations/plan-erasure.ts'
import type { ErasureRecord, StoreCopies } from '../store/erasure-store.ts'
import { toIso } from './to-iso.ts'

/** An erasure for people: the proof, without the person. */
export function showErasure(erasure: ErasureRecord): object {
  const { createdAt, erasedAt, finishedAt, isBlocking, kind, ...rest } = erasure
  return {
    ...rest,
    by: kind,
    status: statusOf(erasure),
    block: isBlocking,
    createdAt: toIso(createdAt),
    erasedAt: toIso(erasedAt),
    finishedAt: toIso(finishedAt),
  }
}

/** A plan for people: counts, and nothing by which the person was found. */
export function showErasurePlan({ person, counts }: ErasurePlan, copies: StoreCopies, earlier: readonly ErasureRecord[]): object {
  return {
    dryRun: true,
    by: person.given.kind,
    customers: person.customers.size,
    connections: person.connections.size,
    ...counts,
    copies,
    earlier: earlier.map(({ id, finishedAt }) => ({ id, finishedAt: toIso(finishedAt) })),
  }
}

/** `cleaning`: nothing of the person is stored any more, and the file is being cleaned of traces. */
function statusOf({ erasedAt, finishedAt }: ErasureRecord): 'running' | 'cleaning' | 'finished' {
  if (finishedAt !== null) return 'finished'
  return erasedAt === null ? 'running' : 'cleaning'
}
