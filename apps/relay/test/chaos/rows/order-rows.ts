import { parseWebhook } from '@subtotal-connectors/core'
import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { destinationNames, expectedKeys } from '../../../src/demo/arrival-keys.ts'
import type { ChaosRow } from '../chaos-row.ts'
import type { Destinations } from '../support/destinations.ts'
import { startDestinations } from '../support/destinations.ts'
import { outOfOrder } from '../support/judge-order.ts'
import { createLogWatch } from '../support/log-watch.ts'
import { createOracle } from '../support/oracle.ts'
import { writeOrderedConfig } from '../support/ordered-config.ts'
import type { Producer } from '../support/producer.ts'
import { createProducer } from '../support/producer.ts'
import { startRelayUnderTest, urlsOf } from '../support/relay-under-test.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const customers = 12
const retryPostMs = 20
const failEveryMs = 150
const secondMs = 1_000
/** Of the relay's clock: long enough ago that none of them is from the future. */
const historyMs = 3_600_000 * 24
const failures = [{ kind: 'answer', status: 500 }, { kind: 'reset' }, { kind: 'accept_then', failure: 'reset' }] as const

/** How much of it. */
const sizes = {
  quick: { events: 240, kills: 6, restMs: 400, lifeMs: 1_500 },
  full: { events: 4_000, kills: 60, restMs: 700, lifeMs: 3_000 },
}

/** The purchases of each customer in their order, a second apart. */
function makeChains(seed: number, count: number): readonly (readonly GeneratedWebhook[])[] {
  let at = Date.now() - historyMs
  const generator = createWebhookGenerator({ seed, connections: customers, clock: () => (at += secondMs) })
  const chains = new Map<string, GeneratedWebhook[]>()
  for (let made = 0; made < count; ) {
    const webhook = generator.next()
    const customerId = webhook.purchaseId === null ? null : (parseWebhook(webhook.body)?.customer.id ?? null)
    if (customerId === null) continue
    const chain = chains.get(customerId) ?? []
    chain.push(webhook)
    chains.set(customerId, chain)
    made += 1
  }
  return [...chains.values()]
}

/** Posts a chain, each when the one before it was acknowledged, to whichever relay runs. */
async function postChain(chain: readonly GeneratedWebhook[], restMs: number, present: () => Producer | undefined): Promise<void> {
  for (const webhook of chain) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * restMs))
    while ((await present()?.post(webhook)) !== 202) await new Promise((resolve) => setTimeout(resolve, retryPostMs))
  }
}

/** Fails a request now and then, until stopped. Braze is not left in doubt, as that may end an event there. */
function failNowAndThen(destinations: Destinations): { stop(): void } {
  const timer = setInterval(() => {
    const name = destinationNames[Math.floor(Math.random() * destinationNames.length)] ?? 'klaviyo'
    const possible = name === 'braze' ? failures.slice(0, 1) : failures
    const failure = possible[Math.floor(Math.random() * possible.length)]
    if (failure !== undefined) destinations.fail(name, failure)
  }, failEveryMs)
  return { stop: () => clearInterval(timer) }
}

/** I6: with the order of customers on, kills and failures put nothing out of order. */
export const customerOrder: ChaosRow = {
  id: 'order',
  name: 'order of customers under kills and failures',
  async run(context) {
    const { events, kills, restMs, lifeMs } = context.isQuick ? sizes.quick : sizes.full
    const store = await context.store()
    writeOrderedConfig(store.folder)
    const oracle = createOracle()
    const destinations = await startDestinations(oracle)
    const watch = createLogWatch()
    const chains = makeChains(980, events)
    let producer: Producer | undefined
    const posting = Promise.all(chains.map((chain) => postChain(chain, restMs, () => producer)))
    const failing = failNowAndThen(destinations)
    for (let killed = 0; killed < kills; killed += 1) {
      const relay = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls, onLog: watch.line })
      producer = createProducer({ urls: await urlsOf(relay), oracle, purchases: noOthers })
      await new Promise((resolve) => setTimeout(resolve, Math.random() * lifeMs))
      relay.kill()
      await relay.ended
      await producer.stop()
      if (killed % 10 === 9) context.progress(`${killed + 1} kills`)
    }
    const world = await startWorld(context, { store, oracle, destinations, seed: 981 })
    producer = world.producer
    await posting
    failing.stop()
    for (const name of destinationNames) destinations.recover(name)
    const keys = chains.map((chain) => chain.map((webhook) => expectedKeys(webhook).klaviyo))
    const end = await endWorld(world)
    const wrong = destinationNames.map((name) => outOfOrder(oracle, name, keys))
    const notes = [`${chains.length} customers, ${kills} kills, ${wrong.reduce((sum, count) => sum + count, 0)} out of order`]
    return [
      resultOf(`${kills} kills and failing destinations, order by customer`, end, notes, {
        'I6: events of a customer arrived out of order': wrong.every((count) => count === 0),
        'I4: a lease was lost before': watch.stale() === 0,
        'I8: the log held what it must not before': watch.leaks().length === 0,
      }),
    ]
  },
}

function noOthers(): never {
  throw new Error('Only the chains are posted.')
}
