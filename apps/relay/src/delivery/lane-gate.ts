import type { DeliveryResult } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import type { ClaimedDelivery } from '../store/store.ts'
import type { Decision, LaneEffect } from './decide.ts'
import type { LaneStatus } from './lane-status.ts'

/** One delivery of a batch, and what came of it. */
export interface Attempted {
  readonly delivery: ClaimedDelivery
  readonly result: DeliveryResult
  readonly decision: Decision
}

/** Whether a lane may send, and how much. */
export interface LaneGate {
  status(): LaneStatus
  /** How many batches may be in flight now. */
  openFor(concurrency: number): number
  /** Whether what is sent now is one event, to see whether the destination takes anything again. */
  isProbing(): boolean
  /** When a closed gate opens; `undefined` while it is open. */
  opensAt(): number | undefined
  /** Opens or closes by what came of a batch; returns the decisions as they then stand. */
  apply(attempted: readonly Attempted[], wasProbe: boolean): readonly Attempted[]
}

const probeEveryMs = 300_000
const failedProbesPerEvent = 2

/** A gate that is open. */
export function createLaneGate(options: {
  readonly destination: string
  readonly clock: Clock
  readonly onChange: (status: LaneStatus) => void
}): LaneGate {
  const { destination, clock, onChange } = options
  let status: LaneStatus = { destination, state: 'running', reason: null, since: clock.now(), until: null }
  let probed = { deliveryId: '', failures: 0 }

  function enter(state: LaneStatus['state'], reason: string | null, until: number | null): void {
    const isSame = status.state === state && status.reason === reason
    status = { destination, state, reason, since: status.state === state ? status.since : clock.now(), until }
    if (!isSame) onChange(status)
  }

  function refresh(): void {
    if (status.state === 'backing_off' && clock.now() >= (status.until ?? 0)) enter('running', null, null)
  }

  function applyEffects(effects: readonly LaneEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'block' && status.state !== 'blocked') {
        probed = { deliveryId: '', failures: 0 }
        enter('blocked', effect.error.message, clock.now() + probeEveryMs)
      } else if (effect.kind === 'pause' && status.state !== 'blocked') {
        enter('backing_off', effect.error.message, Math.max(effect.until, status.until ?? 0))
      }
    }
  }

  /** Only something delivered proves that the destination takes events again. */
  function applyProbe(attempted: Attempted): Attempted {
    const { delivery, decision } = attempted
    const { verdict } = decision
    if (verdict.status === 'delivered') {
      enter('running', null, null)
      return attempted
    }
    const wasSent = verdict.status === 'retry' || verdict.status === 'held'
    status = { ...status, until: wasSent ? clock.now() + probeEveryMs : clock.now() }
    if (verdict.status !== 'held') return attempted
    probed = { deliveryId: delivery.id, failures: probed.deliveryId === delivery.id ? probed.failures + 1 : 1 }
    const dueAt = probed.failures >= failedProbesPerEvent ? clock.now() : delivery.dueAt
    return { ...attempted, decision: { ...decision, verdict: { ...verdict, dueAt } } }
  }

  return {
    status: () => status,
    openFor(concurrency) {
      refresh()
      if (status.state === 'running') return concurrency
      return status.state === 'blocked' && clock.now() >= (status.until ?? 0) ? 1 : 0
    },
    isProbing: () => status.state === 'blocked',
    opensAt() {
      refresh()
      return status.until ?? undefined
    },
    apply(attempted, wasProbe) {
      if (wasProbe) return attempted.map(applyProbe)
      applyEffects(attempted.map((one) => one.decision.lane))
      return attempted
    },
  }
}
