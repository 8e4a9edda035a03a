import type { Connector } from '@subtotal-connectors/core'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import type { GeneratedWebhook, MockKlaviyo } from '@subtotal-connectors/testing/mocks'
import { createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { LaneSettings } from '../../src/delivery/lane-settings.ts'
import { klaviyoArrivalKey } from '../../src/demo/arrival-keys.ts'
import { generatePurchases } from '../support/generate-purchases.ts'
import { apiKey, expectedAt } from '../support/mock-destinations.ts'
import type { PostgresDatabases } from '../support/postgres-databases.ts'
import { postgresDatabases } from '../support/postgres-databases.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

const waiting = { timeout: 60_000, interval: 50 }
const relayCount = 3
const secondMs = 1_000
/** Relays know the database's time to half of the quickest answer that they got of it. */
const clockDoubtMs = 500
/** What the destination asks for. */
const waitMs = 3 * secondMs

/** One call of one relay, by the clock of the test. */
interface Call {
  readonly relay: number
  readonly startedAt: number
  /** When the destination had asked to be left alone for a while. */
  refusedAt: number | undefined
}

/** Three relays of one database that send to one mock of Klaviyo, one event in each call. */
interface World {
  readonly relays: readonly TestRelay[]
  readonly klaviyo: MockKlaviyo
  /** In the order in which they began. */
  readonly calls: readonly Call[]
  /** From now on calls begin, and reach the mock only when their relay is released. */
  hold(): void
  release(...relays: readonly number[]): void
}

async function startWorld(settings: LaneSettings): Promise<World> {
  const store = await databases.create()
  const klaviyo = await createMockKlaviyo()
  const calls: Call[] = []
  const gates = Array.from({ length: relayCount }, () => Promise.withResolvers<void>())
  for (const gate of gates) gate.resolve()

  function recording(relay: number): Connector {
    const connector = createKlaviyoConnector({ apiKey, baseUrl: klaviyo.url })
    return {
      ...connector,
      limits: { ...connector.limits, maxMessagesPerRequest: 1 },
      async deliver(events, options) {
        const call: Call = { relay, startedAt: performance.now(), refusedAt: undefined }
        calls.push(call)
        await gates[relay]?.promise
        const results = await connector.deliver(events, options)
        if (results.some(({ status }) => status === 'retry')) call.refusedAt = performance.now()
        return results
      },
    }
  }

  function release(...released: readonly number[]): void {
    for (const relay of released) gates[relay]?.resolve()
  }

  const relays = await Promise.all(
    gates.map((_, relay) => startRelay({ store, destinations: { klaviyo: recording(relay) }, lanes: { klaviyo: settings } })),
  )
  onTestFinished(async () => {
    release(...gates.keys())
    await Promise.all(relays.map((relay) => relay.stop()))
    await klaviyo.close()
    await databases.drop(store)
  })
  return {
    relays,
    klaviyo,
    calls,
    hold() {
      for (const relay of gates.keys()) gates[relay] = Promise.withResolvers<void>()
    },
    release,
  }
}

/** To one relay after the other. */
async function post({ relays }: World, webhooks: readonly GeneratedWebhook[]): Promise<void> {
  const answers = await Promise.all(webhooks.map(({ body }, index) => relays[index % relayCount]?.post(body)))
  expect(answers.map((answer) => answer?.status)).toEqual(webhooks.map(() => 202))
}

async function allArrived({ klaviyo }: World, sent: readonly GeneratedWebhook[]): Promise<void> {
  await vi.waitFor(() => expect(klaviyo.accepted).toHaveLength(sent.length), waiting)
  expect(klaviyo.accepted.map(klaviyoArrivalKey).toSorted()).toEqual(expectedAt('klaviyo', sent))
}

/** Resolves when one of the relays has recorded for all that the destination is to be left alone: to the time. */
function refusal({ relays }: World): Promise<number> {
  return new Promise((resolve) => {
    for (const { events } of relays) {
      events.on('delivery:attempted', ({ code }) => {
        if (code === 'ERR_RATE_LIMITED') resolve(performance.now())
      })
    }
  })
}

function refuseOnce({ klaviyo }: World): void {
  klaviyo.fail({ kind: 'answer', status: 429, headers: { 'retry-after': String(waitMs / secondMs) } })
}

/** Calls from a moment on that did not wait as long as the destination asked one of them to. */
function tooEarly({ calls }: World, since: number): readonly Call[] {
  const refusedAt = calls.find((call) => call.refusedAt !== undefined)?.refusedAt ?? Number.POSITIVE_INFINITY
  return calls.filter(({ startedAt }) => startedAt >= since && startedAt < refusedAt + waitMs - clockDoubtMs)
}

test('a destination that asks one relay to wait is called by none before the time is over', async () => {
  const world = await startWorld({ concurrency: 1, requestsPerSecond: 20 })
  const sent = generatePurchases(12)
  world.hold()
  await post(world, sent.slice(0, 9))
  // One call of each: what comes later takes its turn after the answer.
  await vi.waitFor(() => expect(world.calls.map(({ relay }) => relay).toSorted()).toEqual([0, 1, 2]), waiting)
  const refused = refusal(world)
  refuseOnce(world)
  world.release(0)
  const recordedAt = await refused
  world.release(1, 2)
  await post(world, sent.slice(9))
  await allArrived(world, sent)
  expect(world.calls).toHaveLength(sent.length + 1)
  expect(tooEarly(world, recordedAt)).toEqual([])
}, 120_000)

test('in the middle of a backlog each relay begins at most the call whose turn it had taken before', async () => {
  const world = await startWorld({ requestsPerSecond: 20 })
  const sent = generatePurchases(45)
  const refused = refusal(world)
  // The usual answer, nine times.
  world.klaviyo.fail({ kind: 'gzip' }, { times: 9 })
  refuseOnce(world)
  await post(world, sent)
  const recordedAt = await refused
  await allArrived(world, sent)
  const begun = tooEarly(world, recordedAt).map(({ relay }) => relay)
  expect(begun).toHaveLength(new Set(begun).size)
}, 120_000)

test('the calls of all relays together keep the rate of one', async () => {
  // So few that a slow machine could make more; of so few one may go at once.
  const requestsPerSecond = 5
  const mostIn = (ms: number): number => 1 + (requestsPerSecond * (ms + clockDoubtMs)) / secondMs
  const world = await startWorld({ requestsPerSecond })
  const sent = generatePurchases(30)
  const begunAt = performance.now()
  await post(world, sent)
  await allArrived(world, sent)
  const starts = world.calls.map(({ startedAt }) => startedAt)
  expect(starts).toHaveLength(sent.length)
  // A call begins after its turn was taken, however slow the machine is.
  for (const [index, at] of starts.entries()) expect(index + 1).toBeLessThanOrEqual(mostIn(at - begunAt))
  // Of the turns taken before a window each relay uses one in it at most: it takes them one after the other.
  for (const [from, since] of starts.entries()) {
    for (const [index, at] of starts.slice(from).entries()) {
      expect(index + 1).toBeLessThanOrEqual(mostIn(at - since) + relayCount)
    }
  }
}, 120_000)
