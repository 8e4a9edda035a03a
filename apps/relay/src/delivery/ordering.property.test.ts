import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { receivedAt } from '../../test/support/incoming.ts'
import type { OrderingWorld, PlannedAnswer } from '../../test/support/ordering-world.ts'
import { startOrderingWorld } from '../../test/support/ordering-world.ts'
import type { DeliveryFilter } from '../store/records.ts'

/** Something that happens. `pick` chooses among what is there. */
type Step =
  | { readonly kind: 'event'; readonly type: 'linked' | 'profile' | 'nameless'; readonly connection: number; readonly at: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'pause' | 'resume' | 'kill' }
  | { readonly kind: 'replay'; readonly status: 'dead' | 'delivered' | 'skipped' }
  | { readonly kind: 'mark dead'; readonly pick: number }
  | { readonly kind: 'enrich'; readonly isFound: boolean }

const secondMs = 1_000
const hourMs = 3_600_000
const connections = 4
const customers = 2
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      type: fc.constantFrom('linked' as const, 'profile' as const, 'nameless' as const),
      connection: fc.nat(connections - 1),
      at: fc.nat(50),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 8_000 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'kill' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('replay' as const), status: fc.constantFrom('dead', 'delivered', 'skipped') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark dead' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('enrich' as const), isFound: fc.boolean() }) },
)
const answers = fc.array(
  fc.record<PlannedAnswer>({
    outcome: fc.constantFrom('delivered', 'delivered', 'skipped', 'rejected', 'not arrived', 'unknown'),
    delayMs: fc.constantFrom(0, 500, 5_000),
  }),
  { minLength: 1, maxLength: 12 },
)

function toEvent(type: 'linked' | 'profile' | 'nameless', id: string, connection: number): SubtotalEvent {
  const name = `k${connection % customers}`
  const known = { id: name, email: `${name}@shoppers.example`, mobile: '+15555550100' }
  const common = { id, connection: { id: `c${connection}` }, customer: known }
  if (type === 'profile') return makeProfileEvent('profile.updated', common)
  if (type === 'linked') return makeConnectionEvent('connection.reauthenticated', common)
  const nobody = { id: null, email: null, mobile: null }
  return makeConnectionEvent('connection.unauthenticated', { ...common, customer: nobody })
}

async function enrich(world: OrderingWorld, isFound: boolean): Promise<void> {
  const now = world.clock.now()
  const store = world.store()
  const waiting = await store.claimEnrichments({ now, limit: 100, leaseUntil: now, leaseToken: 'mine', onlyExpired: false })
  const settlements = waiting.map(({ id, event }) => {
    const name = `k${Number(event.connection.id.slice(1)) % customers}`
    const contact = {
      askedAt: now,
      customerId: name,
      email: `${name}@shoppers.example`,
      mobile: '+15555550100',
      retailer: null,
      isSimulated: false,
    }
    const dead = { status: 'dead', code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'As planned.' } as const
    return { id, found: isFound ? { contact } : {}, verdict: isFound ? ({ status: 'done' } as const) : dead }
  })
  await store.settleEnrichments({ now, leaseToken: 'mine', settlements })
  world.notify()
}

async function replay(world: OrderingWorld, filter: DeliveryFilter): Promise<void> {
  const store = world.store()
  const selection = { kind: 'deliveries', filter, repeatDelivered: filter.status === 'delivered' } as const
  const through = await store.replayEnd('deliveries')
  await store.addReplay({ at: world.clock.now(), actor: 'operator', selection, through, planned: new Map([['one', 100]]) })
  while ((await store.advanceReplay({ destination: 'one', limit: 100, now: world.clock.now() })) !== undefined);
  world.notify()
}

async function markDead(world: OrderingWorld, pick: number): Promise<void> {
  const waiting = await world.pending()
  const one = waiting[pick % Math.max(1, waiting.length)]
  if (one === undefined) return
  const audit = { at: world.clock.now(), actor: 'operator', action: 'dead', subject: 'delivery' }
  await world.store().markDead({ deliveryId: one.id, message: 'As planned.', audit })
  world.notify()
}

async function take(world: OrderingWorld, step: Step, id: string): Promise<void> {
  switch (step.kind) {
    case 'event':
      return world.put(toEvent(step.type, id, step.connection), receivedAt - 60_000 + step.at * secondMs)
    case 'wait':
      return world.clock.advance(step.ms)
    case 'pause':
      return world.pause()
    case 'resume':
      return world.resume()
    case 'kill':
      return world.kill()
    case 'replay':
      return replay(world, { status: step.status })
    case 'mark dead':
      return markDead(world, step.pick)
    case 'enrich':
      return enrich(world, step.isFound)
  }
}

/** Everything that waits may go now: what is left then is stuck. */
async function drain(world: OrderingWorld): Promise<readonly string[]> {
  world.recover()
  await world.resume()
  await world.clock.advance(0)
  await enrich(world, true)
  for (let hours = 0; hours < 40 && (await world.pending()).length > 0; hours += 1) await world.clock.advance(hourMs)
  return (await world.pending()).map(({ eventId, reason }) => `${eventId}: ${reason ?? ''}`)
}

/** Whatever happens: nobody out of order where that is asked for, no profile back, nothing stuck. */
async function holds(ordering: 'customer' | 'none'): Promise<void> {
  const settings = { ordering, concurrency: 3, retry: { schedule: [2 * secondMs, 7 * secondMs] } }
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 30 }), answers, async (taken, planned) => {
      const world = await startOrderingWorld(settings, planned)
      try {
        for (const [index, step] of taken.entries()) {
          await take(world, step, `e${String(index).padStart(2, '0')}`)
          await world.clock.advance(0)
        }
        expect(await drain(world)).toEqual([])
        expect(world.faults).toEqual([])
      } finally {
        await world.end()
      }
    }),
    { numRuns: 20 },
  )
}

test(
  'with the order of customers, nobody is out of order, no profile goes back, and nothing is stuck',
  () => holds('customer'),
  120_000,
)

test('without it, no profile goes back, and nothing is stuck', () => holds('none'), 120_000)
