import { join } from 'node:path'
import type { Connector, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { createLane } from '../../src/delivery/create-lane.ts'
import type { LaneSettings } from '../../src/delivery/lane-settings.ts'
import { createRelayEvents } from '../../src/observability/relay-events.ts'
import type { DeliveryRecord } from '../../src/store/records.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { IncomingEvent, Store } from '../../src/store/store.ts'
import { incoming, receivedAt } from './incoming.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** How one event is answered, and after how long. */
export interface PlannedAnswer {
  readonly outcome: 'delivered' | 'skipped' | 'rejected' | 'not arrived' | 'unknown'
  readonly delayMs: number
}

/** A lane that can be killed and started again on its store, and what it sent. */
export interface OrderingWorld {
  readonly clock: ReturnType<typeof createVirtualClock>
  /** Of the present life. */
  store(): Store
  /** What was sent that it should not have been, in words. */
  readonly faults: readonly string[]
  /** The ids of what was sent, in order. */
  readonly sent: readonly string[]
  put(event: SubtotalEvent, happenedAt: number): Promise<void>
  notify(): void
  pause(): Promise<void>
  resume(): Promise<void>
  /** What is in flight may have arrived or not; nobody learns of it. */
  kill(): Promise<void>
  pending(): Promise<readonly DeliveryRecord[]>
  /** From now on everything is delivered at once. */
  recover(): void
  end(): Promise<void>
}

const destination = 'one'

/** Starts a lane whose every sending is checked against what the store knows at that moment. `answers` are used up in turn, then repeated. */
export async function startOrderingWorld(settings: LaneSettings, answers: readonly PlannedAnswer[]): Promise<OrderingWorld> {
  const path = join(temporaryFolder(), 'relay.db')
  const clock = createVirtualClock(receivedAt)
  const orderedDestinations = settings.ordering === 'customer' ? [destination] : []
  const stored = new Map<string, IncomingEvent>()
  const faults: string[] = []
  const sent: string[] = []
  const inFlight = new Map<string, SubtotalEvent>()
  /** The newest profile of each connection that arrived, or may have. */
  const newest = new Map<string, string>()
  let isWell = false
  let used = 0

  const keyOf = (id: string): string => stored.get(id)?.orderKey ?? ''
  const groupOf = ({ customer, connection }: SubtotalEvent): string =>
    customer.id === null ? `connection ${connection.id}` : `customer ${customer.id}`
  const isProfile = (event: SubtotalEvent): boolean => event.type.startsWith('profile.')

  async function checkOrder(batch: readonly SubtotalEvent[]): Promise<void> {
    const groups = batch.map(groupOf)
    if (new Set(groups).size < groups.length) faults.push('two of a customer in one batch')
    for (const event of inFlight.values()) {
      if (groups.includes(groupOf(event))) faults.push(`two of a customer in flight, one of them ${event.id}`)
    }
    const { items } = await life.store.listDeliveries({ status: 'pending' }, { limit: 500 })
    for (const { eventId } of items) {
      const waiting = (await life.store.findEvent(eventId))?.event
      const later = batch.find((event) => waiting !== undefined && groupOf(event) === groupOf(waiting))
      if (later !== undefined && keyOf(eventId) < keyOf(later.id)) faults.push(`${later.id} was sent before ${eventId}`)
    }
  }

  function checkProfiles(batch: readonly SubtotalEvent[]): void {
    const inOrder = [...inFlight.values(), ...batch].filter(isProfile)
    batch.forEach((event) => {
      if (!isProfile(event)) return
      const before = inOrder.slice(0, inOrder.indexOf(event)).filter((one) => one.connection.id === event.connection.id)
      if (before.some((one) => keyOf(one.id) > keyOf(event.id))) faults.push(`profile ${event.id} while a newer one is in flight`)
      if ((newest.get(event.connection.id) ?? '') > keyOf(event.id)) faults.push(`profile ${event.id} after a newer one`)
    })
  }

  function arrive(event: SubtotalEvent): void {
    const key = keyOf(event.id)
    if (isProfile(event) && key > (newest.get(event.connection.id) ?? '')) newest.set(event.connection.id, key)
  }

  function toResult(event: SubtotalEvent, outcome: PlannedAnswer['outcome']): DeliveryResult {
    if (outcome === 'delivered' || outcome === 'skipped' || outcome === 'unknown') arrive(event)
    if (outcome === 'delivered') return { status: 'delivered' }
    if (outcome === 'skipped') return { status: 'skipped', reason: 'As planned.' }
    if (outcome === 'rejected') return { status: 'rejected', error: new ConnectorError('ERR_REJECTED', 'As planned.') }
    const error = new ConnectorError('ERR_TIMEOUT', 'As planned.')
    return { status: 'retry', reason: 'timeout', error, mayHaveArrived: outcome === 'unknown' }
  }

  function nextAnswer(): PlannedAnswer {
    used += 1
    return (isWell ? undefined : answers[used % answers.length]) ?? { outcome: 'delivered', delayMs: 0 }
  }

  const connector: Connector = {
    specificationVersion: 'v1',
    name: 'planned',
    limits: { maxMessagesPerRequest: 3, maxBytesPerRequest: 1e6, requestRates: [], deduplicates: 'yes' },
    plan: () => ({ requests: [], notSent: [], warnings: [] }),
    async deliver(events, { signal } = {}) {
      if (orderedDestinations.length > 0) await checkOrder(events)
      checkProfiles(events)
      sent.push(...events.map(({ id }) => id))
      for (const event of events) inFlight.set(event.id, event)
      const planned = events.map(() => nextAnswer())
      const delayMs = Math.max(...planned.map((one) => one.delayMs))
      const aborted = Promise.withResolvers<void>()
      signal?.addEventListener('abort', () => aborted.resolve(), { once: true })
      if (delayMs > 0) await Promise.race([new Promise<void>((resolve) => clock.setTimeout(resolve, delayMs)), aborted.promise])
      for (const { id } of events) inFlight.delete(id)
      return events.map((event, index) => toResult(event, planned[index]?.outcome ?? 'delivered'))
    },
    check: async () => ({ ok: true, proved: [], problems: [], notes: [] }),
    close: async () => undefined,
  }

  async function start() {
    const opened = await openSqliteStore(path, clock.now(), {
      orderedDestinations,
      enrichment: { purchases: false, contacts: true },
    })
    let isDead = false
    const refuse = () => Promise.reject(new Error('The process has ended.'))
    const store: Store = {
      ...opened,
      settle: (request) => (isDead ? refuse() : opened.settle(request)),
      claim: (request) => (isDead ? refuse() : opened.claim(request)),
      renew: (request) => (isDead ? refuse() : opened.renew(request)),
    }
    const events = createRelayEvents()
    const pause = (await opened.lanePauses()).map(({ reason, pausedAt }) => ({ reason, since: pausedAt }))[0]
    const lane = createLane({
      destination,
      connector,
      store,
      events,
      clock,
      settings,
      ...(pause === undefined ? {} : { pause }),
      random: () => 0,
    })
    lane.start()
    return {
      store: opened,
      lane,
      async kill() {
        isDead = true
        for (const event of inFlight.values()) arrive(event)
        await lane.stop(AbortSignal.abort())
        await opened.close()
      },
    }
  }

  let life = await start()

  return {
    clock,
    store: () => life.store,
    faults,
    sent,
    async put(event, happenedAt) {
      const one = { ...incoming(event, happenedAt), receivedAt: clock.now() }
      stored.set(event.id, one)
      await life.store.ingest({ events: [one], destinations: [destination] })
      life.lane.notify(1)
    },
    notify: () => life.lane.notify(0),
    pause: () => life.lane.pause('as planned'),
    resume: () => life.lane.resume(),
    async kill() {
      await life.kill()
      inFlight.clear()
      life = await start()
    },
    pending: async () => (await life.store.listDeliveries({ status: 'pending' }, { limit: 500 })).items,
    recover() {
      isWell = true
    },
    async end() {
      await life.lane.stop(AbortSignal.abort())
      await life.store.close()
    },
  }
}
