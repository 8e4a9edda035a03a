import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { ReplaySelection } from '../../src/store/operations-store.ts'
import { identityWorld, unidentified } from '../support/identity-world.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, later } from './suite-harness.ts'

const nobody: Customer = { id: null, email: null, mobile: null }
const robin: Customer = { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550111' }
const kim: Customer = { id: 'kim', email: 'kim@shoppers.example', mobile: '+15555550222' }
const dayMs = 86_400_000

function bought(id: string, customer: Customer = nobody, connectionId = 'c1'): SubtotalEvent {
  const idempotencyKey = `purchase.created:p-${id}`
  return makePurchaseEvent({ id, idempotencyKey, customer, connection: { id: connectionId }, purchase: { id: `p-${id}` } })
}

function linked(id: string, customer: Customer, connectionId = 'c1'): SubtotalEvent {
  return makeConnectionEvent('account.connected', { id, customer, connection: { id: connectionId } })
}

/** Dead letters whose identifier comes after them. Braze finds customers by email, Klaviyo by the customer's id. */
export function identityCases(suite: SuiteHarness): void {
  const world = () => identityWorld(() => suite.store, { braze: 'email', klaviyo: 'id' }, later)

  /** So many minutes after the others began. */
  async function put(event: SubtotalEvent | readonly SubtotalEvent[], minutes: number): Promise<void> {
    const events = [event].flat().map((one) => incoming(one, receivedAt + minutes * 60_000))
    await suite.store.ingest({ events, destinations })
  }

  async function replays(): Promise<readonly string[]> {
    const { items } = await suite.store.listAudit({ limit: 100 })
    return items.filter(({ actor, action }) => actor === 'relay' && action === 'replay').map(({ subject }) => subject)
  }

  async function statusOf(eventId: string): Promise<readonly (readonly string[])[]> {
    const { items } = await suite.store.listDeliveries({ event: eventId }, { limit: 9 })
    return items.map(({ destination, status, error }) => [destination, status, error?.message ?? ''])
  }

  function shown(one: ReturnType<typeof world>): readonly string[] {
    return one.arrived.map(
      ({ destination, event: { id, customer } }) => `${id} to ${destination} of ${customer.id}, ${customer.email}`,
    )
  }

  describe('identifiers that arrive late', () => {
    test('a later event of the connection has its dead letters replayed, and the relay is on record', async () => {
      const one = world()
      await put(bought('a'), 1)
      await one.settle()
      expect(await statusOf('a')).toMatchObject([
        ['klaviyo', 'dead', expect.any(String)],
        ['braze', 'dead', expect.any(String)],
      ])
      expect(await replays()).toEqual([])
      await put(linked('b', robin), 2)
      await one.settle()
      expect(shown(one).toSorted()).toEqual([
        'a to braze of robin, robin@shoppers.example',
        'a to klaviyo of robin, robin@shoppers.example',
        'b to braze of robin, robin@shoppers.example',
        'b to klaviyo of robin, robin@shoppers.example',
      ])
      expect((await replays()).toSorted()).toEqual([
        'replay 1: deliveries with status=dead, destination=braze, code=ERR_NO_IDENTIFIER, identified=true',
        'replay 2: deliveries with status=dead, destination=klaviyo, code=ERR_NO_IDENTIFIER, identified=true',
      ])
      expect(await suite.counts('braze')).toMatchObject({ dead: 0, pending: 0, delivered: 2 })
      const { items } = await suite.store.listEvents({ customer: 'robin' }, { limit: 9 })
      expect(items.map(({ event }) => event.customer)).toEqual([robin, robin])
    })

    test('what became known before the letter died counts too', async () => {
      const one = world()
      await put(bought('a'), 1)
      await put(linked('b', robin), 2)
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
      expect(await replays()).toHaveLength(2)
    })

    test('so does one that happened before it, and came late', async () => {
      const one = world()
      await put(bought('a'), 2)
      await one.settle()
      await put(linked('b', robin), 1)
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
    })

    test('one that is being sent without it when it comes is replayed after it has died', async () => {
      const one = world()
      await put(bought('a'), 1)
      const [inFlight] = await suite.claim({ destination: 'klaviyo', leaseToken: 'other' })
      await one.settle()
      await put(linked('b', robin), 2)
      await one.settle()
      expect(shown(one)).not.toContain('a to klaviyo of robin, robin@shoppers.example')
      await suite.settle(inFlight?.id, unidentified, 'other')
      await one.settle()
      expect(shown(one)).toContain('a to klaviyo of robin, robin@shoppers.example')
    })

    test('what does not help is tried once, and the next identifier again', async () => {
      const one = world()
      await put(bought('a'), 1)
      await one.settle()
      await put(linked('b', { ...nobody, id: 'robin' }), 2)
      await one.settle()
      expect(await statusOf('a')).toMatchObject([
        ['klaviyo', 'delivered', ''],
        ['braze', 'dead', expect.any(String)],
      ])
      expect(await replays()).toHaveLength(2)
      await put(linked('c', { ...nobody, id: 'robin' }), 3)
      await put(bought('d', { ...nobody, id: 'robin' }), 4)
      await one.settle()
      expect(await replays()).toHaveLength(2)
      await put(linked('e', robin), 5)
      await one.settle()
      expect(await replays()).toHaveLength(3)
      expect(shown(one)).toEqual(
        expect.arrayContaining(['a', 'b', 'c', 'd', 'e'].map((id) => `${id} to braze of robin, robin@shoppers.example`)),
      )
    })

    test('an operator’s own replay completes the events, and the other letters of these follow', async () => {
      const one = world()
      await put(bought('a'), 1)
      await one.attempt()
      await put(linked('b', robin), 2)
      const selection: ReplaySelection = {
        kind: 'deliveries',
        filter: { status: 'dead', destination: 'braze', connection: 'c1' },
        repeatDelivered: false,
      }
      const through = await suite.store.replayEnd('deliveries')
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([['braze', 9]]) })
      expect(await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })).toMatchObject({ isFinished: true })
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
      expect(shown(one)).toContain('a to klaviyo of robin, robin@shoppers.example')
      expect(await replays()).toHaveLength(1)
    })

    test('a destination added later gets the events with what is known by now', async () => {
      await put(bought('a'), 1)
      await put(linked('b', robin), 2)
      const selection: ReplaySelection = { kind: 'events', filter: { id: 'a' }, destinations: ['new'], repeatDelivered: false }
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through: 9, planned: new Map([['new', 1]]) })
      await suite.store.advanceReplay({ destination: 'new', limit: 9, now: later })
      expect((await suite.claim({ destination: 'new' })).map(({ event }) => event.customer)).toEqual([robin])
    })

    test('while another replay leaves a letter alone, none begins that would find nothing', async () => {
      const one = world()
      for (const id of ['a', 'x', 'y']) await put(bought(id, nobody, `of-${id}`), 1)
      await one.settle()
      const everything: ReplaySelection = { kind: 'events', filter: {}, destinations: ['braze'], repeatDelivered: false }
      await suite.store.addReplay({
        at: later,
        actor: 'operator',
        selection: everything,
        through: 9,
        planned: new Map([['braze', 9]]),
      })
      await suite.store.advanceReplay({ destination: 'braze', limit: 1, now: later })
      await one.attempt()
      await put(linked('b', robin, 'of-a'), 2)
      const step = await suite.store.advanceIdentities({ now: later, destinations: ['braze'] })
      expect(step).toEqual({ replays: [], hasMore: false })
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
      expect(await replays()).toHaveLength(2)
    })

    test('while one destination’s replay waits, another’s letters can be replayed again', async () => {
      const one = world()
      await put(bought('a'), 1)
      await one.settle()
      const everything: ReplaySelection = {
        kind: 'events',
        filter: {},
        destinations: ['braze', 'paused'],
        repeatDelivered: false,
      }
      const planned = new Map([
        ['braze', 9],
        ['paused', 9],
      ])
      await suite.store.addReplay({ at: later, actor: 'operator', selection: everything, through: 9, planned })
      await one.settle()
      await put(linked('b', robin), 2)
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
    })

    test('only its own connection’s letters are touched', async () => {
      const one = world()
      await put(bought('a'), 1)
      await put(bought('b', nobody, 'c2'), 1)
      await one.settle()
      await put(linked('c', robin), 2)
      await one.settle()
      expect(await statusOf('b')).toMatchObject([
        ['klaviyo', 'dead', unidentified.message],
        ['braze', 'dead', unidentified.message],
      ])
    })

    test('at every moment of it the relay may be killed: nothing is lost, nothing sent twice', async () => {
      const one = world()
      for (let index = 0; index < 7; index += 1) await put(bought(`a${index}`), index)
      await one.attempt()
      await put(linked('b', robin), 9)
      for (let isDone = false; !isDone; ) {
        await suite.reopen(later)
        const hasStepped = await one.step()
        await suite.reopen(later)
        isDone = !(await one.attempt()) && !hasStepped
      }
      const expected = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b'].flatMap((id) => [`${id} to braze`, `${id} to klaviyo`])
      expect(one.arrived.map(({ destination, event }) => `${event.id} to ${destination}`).toSorted()).toEqual(expected)
      expect(await replays()).toHaveLength(2)
    })

    test('of many connections and letters every one has its turn', async () => {
      const one = world()
      const numbers = Array.from({ length: 60 }, (_none, index) => index)
      await put(
        numbers.flatMap((index) => ['a', 'b'].map((id) => bought(`${id}${index}`, nobody, `c${index}`))),
        1,
      )
      const many = Array.from({ length: 150 }, (_none, index) => bought(`x${index}`, nobody, 'c0'))
      await put(many, 2)
      await one.settle()
      await put(
        numbers.map((index) => linked(`l${index}`, { ...robin, id: `robin-${index}` }, `c${index}`)),
        9,
      )
      await one.settle()
      expect(await suite.counts('braze')).toMatchObject({ delivered: 330, dead: 0 })
      expect((await replays()).length).toBeLessThan(9)
    })
  })

  describe('identifiers of another customer', () => {
    test('the letters of an earlier customer stay dead, and say why', async () => {
      const one = world()
      await put(bought('a', { ...nobody, id: 'robin' }), 1)
      await one.settle()
      await put(linked('b', kim), 2)
      await one.settle()
      expect(await statusOf('a')).toEqual([
        ['klaviyo', 'delivered', ''],
        ['braze', 'dead', `${unidentified.message} What is known of its connection by now is of another customer.`],
      ])
      await put(bought('c', kim), 3)
      await one.settle()
      expect((await statusOf('a'))[1]).toEqual([
        'braze',
        'dead',
        `${unidentified.message} What is known of its connection by now is of another customer.`,
      ])
      expect(shown(one)).not.toContain('a to braze of kim, kim@shoppers.example')
    })

    test('an operator’s replay gives them nothing either', async () => {
      const one = world()
      await put(bought('a', { ...nobody, id: 'robin' }), 1)
      await one.settle()
      await put(linked('b', kim), 2)
      const selection: ReplaySelection = { kind: 'deliveries', filter: { event: 'a' }, repeatDelivered: false }
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through: 9, planned: new Map([['braze', 1]]) })
      await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })
      expect((await suite.claim({ limit: 9 })).map(({ event }) => event).find(({ id }) => id === 'a')?.customer).toEqual({
        ...nobody,
        id: 'robin',
      })
    })

    test('an event without any customer is the first one’s that is known after it', async () => {
      const one = world()
      await put(bought('a'), 1)
      await put(linked('b', { ...nobody, id: 'robin' }), 2)
      await put(linked('c', kim), 3)
      await one.settle()
      expect((await suite.store.findEvent('a'))?.event.customer).toEqual(nobody)
    })

    test('or the one’s that is known before it, however late that was told', async () => {
      const one = world()
      await put(bought('first'), 1)
      await put(bought('a'), 3)
      await one.settle()
      await put(linked('b', robin), 2)
      await put(linked('c', kim), 4)
      await one.settle()
      expect((await suite.store.findEvent('a'))?.event.customer).toEqual(nobody)
    })

    test('when the customer is back, theirs go', async () => {
      const one = world()
      await put(bought('a', { ...nobody, id: 'robin' }), 1)
      await put(linked('b', kim), 2)
      await one.settle()
      await put(linked('c', robin), 3)
      await one.settle()
      expect(shown(one)).toContain('a to braze of robin, robin@shoppers.example')
    })

    test('without a customer’s id another email, or else another phone, is another customer’s', async () => {
      const one = world()
      await put(bought('a', { ...nobody, mobile: '+1 (555) 555-0111' }, 'c1'), 1)
      await put(bought('b', { ...nobody, mobile: '+15555550999' }, 'c2'), 1)
      await put(bought('c', { ...nobody, email: ' ROBIN@shoppers.example' }, 'c3'), 1)
      await put(bought('d', { ...nobody, email: 'other@shoppers.example' }, 'c4'), 1)
      await one.settle()
      for (const connection of ['c1', 'c2', 'c3', 'c4']) await put(linked(`to-${connection}`, robin, connection), 2)
      await one.settle()
      const toKlaviyo = one.arrived.filter(({ destination }) => destination === 'klaviyo').map(({ event }) => event.id)
      expect(toKlaviyo.toSorted()).toEqual(['a', 'c', 'to-c1', 'to-c2', 'to-c3', 'to-c4'])
    })
  })

  describe('identifiers that come too late', () => {
    test('an event of which only the ledger entry is left stays as it is', async () => {
      const one = world()
      await put(bought('a'), 1)
      await one.settle()
      const settings = { payloadDays: 1, ledgerDays: 400, deadLetterDays: 1, quarantineDays: 1 }
      while (!(await suite.store.retain({ now: later + 2 * dayMs, settings })).isEnd);
      await put(linked('b', robin), 2)
      await one.settle()
      expect(await statusOf('a')).toMatchObject([
        ['klaviyo', 'dead', ''],
        ['braze', 'dead', ''],
      ])
      expect((await suite.store.findEvent('a'))?.event.customer).toEqual(nobody)
      expect(await replays()).toEqual([])
    })

    test('an event of a person whose events are dropped is dropped as soon as it is known to be theirs', async () => {
      const one = world()
      await put(bought('a'), 1)
      await put(linked('b', { ...nobody, id: 'robin' }), 2)
      await one.attempt()
      const { person, through } = await planErasure(suite.store, { kind: 'customer', value: 'robin' })
      await suite.store.addErasure({
        at: later,
        actor: 'operator',
        person: { ...person, connections: new Set() },
        isBlocking: true,
        through,
      })
      await one.settle()
      expect(await suite.store.findEvent('a')).toBeUndefined()
      expect(one.arrived.filter(({ event }) => event.id === 'a')).toEqual([])
      expect(await suite.counts('klaviyo')).toEqual({ pending: 0, delivered: 1, skipped: 0, dead: 0 })
    })
  })
}
