import type { ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import { askAtOnce } from '../support/at-once.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import { startDestinations } from '../support/destinations.ts'
import { drain } from '../support/drain.ts'
import { createOracle } from '../support/oracle.ts'
import { createProducer, createPurchases } from '../support/producer.ts'
import { startRelayUnderTest } from '../support/relay-under-test.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const refused = 10
const others = 50
const events = refused + others
const pollMs = 50
const longestMs = 60_000

interface Answer {
  readonly status: number
  readonly text: string
  /** A member of the answer, whatever it is. */
  get(name: string): unknown
}

async function write(url: string, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  const text = await response.text()
  const json: Readonly<Record<string, unknown>> = JSON.parse(text)
  return { status: response.status, text, get: (name) => json[name] }
}

const replay = (url: string, body: object): Promise<Answer> => write(url, '/replays', { ...body, dryRun: false })

/** Asks for it twice at once, two relays if there are several, and once more when it has been delivered. */
async function thrice(
  store: ChaosStore,
  urls: readonly string[],
  body: object,
  done: () => Promise<unknown>,
): Promise<readonly Answer[]> {
  const [url = '', other = url] = urls
  const both = await askAtOnce(store, [() => replay(url, body), () => replay(other, body)])
  await done()
  return [...both, await replay(url, body)]
}

function areOne([one, two]: readonly Answer[]): boolean {
  return (
    one?.get('id') === two?.get('id') && [one?.get('isNew'), two?.get('isNew')].filter((isNew) => isNew === true).length === 1
  )
}

async function erase(url: string, customer: string): Promise<void> {
  const asked = await write(url, '/erasures', { customer, dryRun: false, confirm: 'erase' })
  const endsAt = performance.now() + longestMs
  while (performance.now() < endsAt) {
    const { text } = await read(url, `/erasures/${String(asked.get('id'))}`)
    if (!text.includes('"finishedAt":null')) return
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  throw new Error('The erasure does not end.')
}

async function read(url: string, path: string): Promise<{ readonly text: string }> {
  return { text: await (await fetch(`${url}/api/v1${path}`)).text() }
}

/** Row 32: what replays answer and do when asked for again, of what was delivered, to a new destination, and after an erasure. */
export const repeatedReplays: ChaosRow = {
  id: '32',
  name: 'replay twice, of delivered, to a new destination, after an erasure',
  stores: bothStores,
  async run(context) {
    const store = await context.store()
    const oracle = createOracle()
    const destinations = await startDestinations(oracle)
    const make = createPurchases(985)
    const webhooks = Array.from({ length: events }, make)
    const { braze, klaviyo } = destinations.urls
    const relay = startRelayUnderTest({ entry: context.entry, store, urls: { braze, klaviyo } })
    const url = await relay.url
    const producer = createProducer({ urls: () => [url], oracle, purchases: make })

    destinations.refuse('braze', 'subtotal_purchase')
    await producer.postAll(webhooks.slice(0, refused))
    await drain(relay)
    destinations.recover('braze')
    const ofDead = await thrice(store, [url], { deliveries: { status: 'dead', destination: 'braze' } }, () => drain(relay))
    const afterDead = oracle.duplicates()
    await producer.postAll(webhooks.slice(refused))
    await drain(relay)
    const unasked = await replay(url, { deliveries: { type: 'purchase.created' } })
    await drain(relay)
    const afterUnasked = oracle.duplicates()
    // Nothing lets Braze tell a repeat: each is seen.
    const delivered = { deliveries: { status: 'delivered', destination: 'braze' } }
    const ofDelivered = await askAtOnce(store, [() => replay(url, delivered), () => replay(url, delivered)])
    await drain(relay)
    const repeats = oracle.duplicates()
    await producer.stop()
    await relay.stop()

    const world = await startWorld(context, { store, oracle, destinations, seed: 986 })
    const toNew = await thrice(store, world.fleet.urls(), { events: { destination: 'customerio' } }, () => drain(world.relay))
    const afterNew = oracle.duplicates()
    const [first] = webhooks
    const customer = first?.customerId ?? ''
    const theirs = webhooks.filter((webhook) => webhook.customerId === customer)
    await erase(world.url, customer)
    const ofErased = await replay(world.url, { events: { customer }, repeatDelivered: true })
    const statuses = await Promise.all(theirs.map((webhook) => world.producer.post(webhook)))
    await drain(world.relay)
    const stored = await read(world.url, `/events?customer=${encodeURIComponent(customer)}`)
    for (const sent of oracle.sent) if (theirs.some(({ id }) => id === sent.id)) sent.isAcknowledged = false
    const afterErasure = oracle.duplicates()
    const end = await endWorld(world)
    const notes = [`${repeats} repeats asked for, ${end.counts.duplicates - repeats} others`, `${theirs.length} events erased`]
    return [
      resultOf('replays asked for again, of delivered, to a destination added later, after an erasure', end, notes, {
        'two that ask for the same dead letters at once are not one replay': areOne(ofDead),
        'asked for again, dead letters were found': ofDead[2]?.get('planned') === 0 && ofDead[2].get('status') === 'finished',
        'a replay of dead letters sent something twice': afterDead === 0,
        'delivered ones were replayed unasked': unasked.get('planned') === 0 && afterUnasked === 0,
        'a replay of delivered ones asked for twice at once is not one replay': areOne(ofDelivered),
        'a replay of delivered ones did not send each once': repeats === events,
        'a destination added later did not get each event once': afterNew === repeats && toNew[0]?.get('planned') === events,
        'asked for again, events were missing': areOne(toNew) && toNew[2]?.get('planned') === 0,
        'the erased events are found by a replay': ofErased.status === 202 && ofErased.get('planned') === 0,
        'an erased event that came again was stored, or refused':
          stored.text.includes('"items":[]') && statuses.every((status) => status === 202),
        'an erased event was sent again': afterErasure === afterNew,
      }),
    ]
  },
}
