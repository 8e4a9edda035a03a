import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { DestinationName } from '../../src/demo/arrival-keys.ts'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { blocked, failing } from '../support/lane-harness.ts'
import { expectedAt, startMockDestinations } from '../support/mock-destinations.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const secondMs = 1_000
const hourMs = 3_600_000

function generate(count: number): readonly GeneratedWebhook[] {
  let at = Date.now() - hourMs
  const generator = createWebhookGenerator({ seed: 1, clock: () => (at += secondMs) })
  const webhooks: GeneratedWebhook[] = []
  // Of profiles only the newest is sent for certain.
  while (webhooks.length < count) {
    const webhook = generator.next()
    if (!webhook.eventType.startsWith('profile.')) webhooks.push(webhook)
  }
  return webhooks
}

async function postAll(relay: TestRelay, webhooks: readonly GeneratedWebhook[]): Promise<void> {
  for (const { body } of webhooks) expect(await relay.post(body)).toMatchObject({ status: 202, json: { result: 'stored' } })
}

/** Lets virtual time pass, and real answers come in between, until the condition holds. */
async function until(clock: VirtualClock, condition: () => boolean, stepMs = secondMs): Promise<void> {
  while (!condition()) await clock.advance(stepMs)
}

async function statsOf(relay: TestRelay, destination: string): Promise<unknown> {
  const { json } = await relay.get('/api/v1/stats')
  return Array.isArray(json['destinations']) ? json['destinations'].find((one) => one.destination === destination) : undefined
}

describe('a destination that is not configured any more', () => {
  test('keeps what waits for it, shows it, and gets it when it is configured again', async () => {
    const [one, two] = [scriptedConnector(), scriptedConnector()]
    two.answer(() => blocked)
    const first = await startRelay({ destinations: { one, two } })
    await postAll(first, generate(3))
    await first.settled(3)
    await first.stop()

    const second = await startRelay({ ...first.config, destinations: { one: scriptedConnector() } })
    expect((await second.get('/readyz')).json).toMatchObject({
      status: 'ready',
      lanes: { one: { state: 'running' }, two: { state: 'paused', reason: 'not configured' } },
    })
    expect(await statsOf(second, 'two')).toMatchObject({
      pending: 3,
      dead: 0,
      lane: { state: 'paused', reason: 'not configured' },
    })
    const { text } = await second.get('/metrics')
    expect(text).toContain('relay_lane_state{destination="two",state="paused"} 1')
    expect(text).toContain('relay_paused{destination="two",reason="not configured"} 1')
    expect(text).toContain('relay_deliveries{destination="two",state="pending"} 3')
    await second.stop()

    const third = await startRelay({ ...first.config, destinations: { one: scriptedConnector(), two: scriptedConnector() } })
    await third.settled(3)
    expect(await statsOf(third, 'two')).toMatchObject({ delivered: 3, pending: 0, lane: { state: 'running' } })
  })

  test('is not shown when nothing waits for it', async () => {
    const first = await startRelay({ destinations: { one: scriptedConnector(), two: scriptedConnector() } })
    await postAll(first, generate(1))
    await first.settled(2)
    await first.stop()
    const second = await startRelay({ ...first.config, destinations: { one: scriptedConnector() } })
    expect((await second.get('/readyz')).json['lanes']).not.toHaveProperty('two')
    expect(await statsOf(second, 'two')).toMatchObject({ delivered: 1, lane: null })
  })
})

test('a paused lane is paused after a restart too, and says so everywhere', async () => {
  const one = scriptedConnector()
  const first = await startRelay({ destinations: { one } })
  expect((await first.write('/api/v1/destinations/one/pause', { reason: 'the brand moves' })).status).toBe(200)
  await postAll(first, generate(2))
  await first.stop()

  const second = await startRelay({ ...first.config, destinations: { one } })
  expect((await second.get('/readyz')).json['lanes']).toMatchObject({ one: { state: 'paused', reason: 'paused by an operator' } })
  expect(await statsOf(second, 'one')).toMatchObject({ pending: 2, lane: { state: 'paused', reason: 'the brand moves' } })
  expect((await second.get('/metrics')).text).toContain('relay_lane_state{destination="one",state="paused"} 1')
  expect(one.calls).toEqual([])
  await second.write('/api/v1/destinations/one/resume')
  await second.settled(2)
  expect(one.calls.flat()).toHaveLength(2)
})

test('the rate that a destination leaves is a metric', async () => {
  const one = scriptedConnector()
  one.answer(() => failing('ERR_RATE_LIMITED', { reason: 'rate_limited', retryAfterMs: hourMs }))
  const relay = await startRelay({ destinations: { one, two: scriptedConnector() } })
  const changed = new Promise((resolve) => relay.events.once('lane:changed', resolve))
  await postAll(relay, generate(1))
  await changed
  const { text } = await relay.get('/metrics')
  expect(text).toContain('relay_rate_factor{destination="one"} 0.5')
  expect(text).toContain('relay_rate_factor{destination="two"} 1')
  expect(text).toContain('relay_paused{destination="one",reason="ERR_RATE_LIMITED"} 1')
})

describe('a destination that hangs', () => {
  /** The ages at which one destination's deliveries were confirmed, in milliseconds of virtual time. */
  async function agesOfOthers(isHanging: boolean): Promise<readonly number[]> {
    const clock = createVirtualClock(Date.now())
    const [well, hanging] = [scriptedConnector(), scriptedConnector({ batchSize: 1 })]
    if (isHanging) hanging.hold()
    const relay = await startRelay({ destinations: { hanging, well } }, { clock, now: clock.now })
    const ages: number[] = []
    relay.events.on('delivery:attempted', ({ destination, ageMs }) => {
      if (destination === 'well') ages.push(ageMs)
    })
    for (const webhook of generate(40)) {
      await postAll(relay, [webhook])
      await clock.advance(250)
    }
    if (isHanging) expect(hanging.calls).toHaveLength(4)
    hanging.release()
    return ages
  }

  test('changes no other destination’s latency', async () => {
    const ages = await agesOfOthers(true)
    expect(ages).toHaveLength(40)
    expect(ages).toEqual(await agesOfOthers(false))
  })

  test.each(destinationNames)(
    '%s, on real sockets: the others get everything meanwhile, and it gets it afterwards',
    async (name) => {
      const clock = createVirtualClock(Date.now())
      const mocks = await startMockDestinations()
      const relay = await startRelay({ destinations: mocks.connectors }, { clock, now: clock.now })
      const sent = generate(30)
      mocks.fail(name, { kind: 'hang' }, Number.POSITIVE_INFINITY)
      await postAll(relay, sent)
      const others = destinationNames.filter((other) => other !== name)
      await until(clock, () => others.every((other) => mocks.arrived(other).length === sent.length))
      expect(mocks.arrived(name)).toEqual([])
      const stopped = relay.stop()
      await until(clock, () => clock.timers === 0)
      await stopped

      mocks.recover(name)
      const again = (await startMockDestinations()).connectors
      const next = { ...mocks.connectors, [name]: again[name] }
      const second = await startRelay({ ...relay.config, destinations: next }, { clock, now: clock.now })
      const settled = second.settled(sent.length)
      let isSettled = false
      void settled.then(() => {
        isSettled = true
      })
      await until(clock, () => isSettled)
      expect(await statsOf(second, name)).toMatchObject({ delivered: sent.length, pending: 0, dead: 0 })
      for (const other of others) expect(mocks.arrived(other).toSorted()).toEqual(expectedAt(other, sent))
    },
  )
})

describe('429 storms', () => {
  const header: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
    seconds: () => ({ 'retry-after': '7' }),
    'a date': () => ({ 'retry-after': new Date(Date.now() + 9_000).toUTCString() }),
    'a date in the past': () => ({ 'retry-after': new Date(Date.now() - hourMs).toUTCString() }),
    'ten years': () => ({ 'retry-after': '315360000' }),
    'no header': () => ({}),
  }
  const cases = destinationNames.flatMap((destination) => Object.keys(header).map((kind) => ({ destination, kind })))

  test.each(cases)('$destination, $kind: no attempt is spent, the rate follows and comes back', async ({ destination, kind }) => {
    const clock = createVirtualClock(Date.now())
    const mocks = await startMockDestinations()
    const relay = await startRelay({ destinations: { [destination]: mocks.connectors[destination] } }, { clock, now: clock.now })
    const refused = countOf(relay, destination, 'held')
    const sent = generate(6)
    mocks.fail(destination, { kind: 'answer', status: 429, headers: header[kind]?.() ?? {}, body: {} }, Number.POSITIVE_INFINITY)
    await postAll(relay, sent)
    const from = clock.elapsed()
    await until(clock, () => refused() >= sent.length * 3, 30 * secondMs)
    expect(clock.elapsed() - from).toBeLessThan(4 * hourMs)
    expect(await statsOf(relay, destination)).toMatchObject({ pending: 6, dead: 0 })
    const { json } = await relay.get('/api/v1/deliveries')
    expect(json['items']).toMatchObject(sent.map(() => ({ attempts: 0, error: { code: 'ERR_RATE_LIMITED' } })))
    mocks.recover(destination)
    await until(clock, () => mocks.arrived(destination).length === sent.length, 30 * secondMs)
    await clock.advance(10 * 60 * secondMs)
    expect(await statsOf(relay, destination)).toMatchObject({ delivered: 6 })
    expect((await relay.get('/metrics')).text).toMatch(
      new RegExp(`relay_rate_factor\\{destination="${destination}"\\} (1|0\\.9\\d*)\n`),
    )
  })

  function countOf(relay: TestRelay, destination: DestinationName, status: string): () => number {
    let count = 0
    relay.events.on('delivery:attempted', (attempt) => {
      if (attempt.destination === destination && attempt.status === status) count += 1
    })
    return () => count
  }
})
