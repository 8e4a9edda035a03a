import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import { numberOf } from '../support/chaos-store.ts'
import { pendingOf } from '../support/drain.ts'
import { signingSecret } from '../support/secrets.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const run = promisify(execFile)
const email = 'erased-person@shoppers.example'
const mobile = '+15555550142'
const customerId = 'customer-of-the-erased'
const connectionId = 'connection-of-the-erased'
const purchasePrefix = 'basket-of-the-erased-'
const doomed = 'refused-by-braze'
const connection = { connection_id: connectionId, customer_id: customerId, email, mobile, retailer_id: 'walmart' }
/** What of the person must be in no log. */
const personal = [email, mobile, customerId, connectionId, purchasePrefix]
/** And in no file of the store: the ids of their events too, which a log may have. */
const eventPrefix = 'event-of-the-erased-'
const stored = [...personal, eventPrefix]
const others = 4
const kills = { quick: 3, full: 20 }
const latestKillMs = 150
const endMs = 120_000
const pollMs = 20

/** The person's webhooks. */
interface Victim {
  /** Posts a purchase; resolves to the status, `undefined` when the connection broke. */
  post(url: string): Promise<number | undefined>
  /** Posts what no relay understands. One that comes after an erasure is kept, as nobody can tell whose it is. */
  postUnknown(url: string): Promise<number | undefined>
  /** Goes on posting to whatever relay lives, until stopped. */
  keepPosting(url: () => string): { stop(): Promise<void> }
}

function createVictim(): Victim {
  let number = 0

  function next(type: string): string {
    number += 1
    const status = number % 3 === 0 ? doomed : 'completed'
    const items = [
      { quantity: 1, price: '5.00', product: { brand: status, name: `${purchasePrefix}bread`, upc: '000000000001' } },
    ]
    const purchase = {
      purchase_id: `${purchasePrefix}${number}`,
      date: '2026-11-01T00:00:00Z',
      total: '5.00',
      tax: '0.00',
      subtotal: '5.00',
      items,
    }
    return JSON.stringify({ type, id: `${eventPrefix}${number}`, payload: { connection, purchase } })
  }

  async function send(url: string, type: string): Promise<number | undefined> {
    const { body, headers } = signedWebhook(next(type), signingSecret)
    const answer = await fetch(`${url}/webhooks/subtotal`, { method: 'POST', body, headers }).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => undefined)
    return answer?.status
  }

  const post = (url: string) => send(url, 'purchase.created')

  return {
    post,
    postUnknown: (url) => send(url, 'purchase.of.tomorrow'),
    keepPosting(url) {
      let isOver = false
      const done = (async () => {
        while (!isOver) if ((await post(url())) === undefined) await pause(pollMs)
      })()
      return {
        stop() {
          isOver = true
          return done
        },
      }
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function write(url: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  const value: unknown = await answer.json()
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** How many of the person's deliveries are in each state: every one must occur, or the row proves nothing. */
async function survey(world: World): Promise<Readonly<Record<string, number>>> {
  const plan = await write(world.url, '/erasures', { customer: customerId })
  const deliveries: unknown = plan['deliveries']
  const counts = typeof deliveries === 'object' && deliveries !== null ? Object.entries(deliveries) : []
  return { ...Object.fromEntries(counts.map(([name, count]) => [name, Number(count)])), quarantined: Number(plan['quarantined']) }
}

function isWhole(counts: Readonly<Record<string, number>>): boolean {
  return ['pending', 'delivered', 'dead', 'quarantined'].every((name) => (counts[name] ?? 0) > 0)
}

async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  const endsAt = performance.now() + endMs
  while (performance.now() < endsAt) {
    if (await isSo().catch(() => false)) return true
    await pause(pollMs)
  }
  return false
}

/** What of the person is in the store: in its files, or in any row of its tables. */
async function tracesOf(store: ChaosStore): Promise<readonly string[]> {
  if (store.kind === 'sqlite') return tracesIn(store.folder)
  const tables: string[] = []
  await store.each<{ readonly name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'relay'",
    ({ name }) => void tables.push(name),
  )
  const found: string[] = []
  for (const table of tables) {
    for (const trace of stored) {
      const rows = await numberOf(store, `SELECT count(*) FROM ${table} AS one WHERE strpos(one::text, '${trace}') > 0`)
      if (rows > 0) found.push(`${trace} in ${table}`)
    }
  }
  return found
}

/** What of the person is in the files of a folder. */
function tracesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ name }) => {
      const bytes = readFileSync(join(folder, name))
      return stored.flatMap((trace) => (bytes.includes(trace) ? [`${trace} in ${name}`] : []))
    })
}

async function backUp({ entry }: ChaosContext, folder: string, name: string): Promise<void> {
  const flags = entry.endsWith('.ts') ? ['--conditions=@subtotal-connectors/source'] : []
  const env = { PATH: process.env['PATH'] ?? '', RELAY_STORE: `sqlite:${join(folder, 'relay.db')}` }
  await run(process.execPath, [...flags, entry, 'backup', name], { cwd: folder, env })
}

/** Fills the store with the person in every state, among others. */
async function fill(world: World, victim: Victim): Promise<boolean> {
  world.destinations.refuse('braze', doomed)
  for (let sent = 0; sent < 30; sent += 1) await victim.post(world.url)
  for (let sent = 0; sent < 5; sent += 1) await victim.postUnknown(world.url)
  await world.producer.postMany(100)
  await until(async () => (await pendingOf(world.relay)) === 0)
  world.destinations.fail('customerio', { kind: 'answer', status: 503 }, Number.POSITIVE_INFINITY)
  world.destinations.fail('klaviyo', { kind: 'hang' })
  for (let sent = 0; sent < 30; sent += 1) await victim.post(world.url)
  return until(async () => isWhole(await survey(world)))
}

/** Ends one life of the relay in the middle of the erasure, and begins the next. */
async function killAndStart(context: ChaosContext, world: World, seed: number): Promise<World> {
  await pause(Math.random() * latestKillMs)
  const place = Math.floor(Math.random() * world.store.relays)
  if (world.store.relays > 1) {
    world.fleet.relays[place]?.kill()
    await world.fleet.relays[place]?.ended
    await world.fleet.replace(place)
    return world
  }
  world.relay.kill()
  await world.relay.ended
  await world.producer.stop()
  const { store, oracle, destinations } = world
  const next = await startWorld(context, { store, oracle, destinations, seed })
  next.producer.keepPosting(others)
  return next
}

/** Row 33: a person is erased while their webhooks keep coming, and the relay is killed again and again. */
async function eraseUnderFire(context: ChaosContext): Promise<ChaosResult> {
  const victim = createVictim()
  const wanted = context.isQuick ? kills.quick : kills.full
  const logs: (() => readonly string[])[] = []
  let world = await startWorld(context, { seed: 330, isTireless: true })
  logs.push(world.watch.leaks)
  const hasAll = await fill(world, victim)
  const { store } = world
  const before = context.folder()
  if (store.kind === 'sqlite') await backUp(context, store.folder, join(before, 'before.db'))
  const held = store.kind === 'sqlite' ? tracesIn(before).length : (await tracesOf(store)).length
  world.producer.keepPosting(others)
  const posting = victim.keepPosting(() => world.url)
  const asked = await write(world.url, '/erasures', { customer: customerId, dryRun: false, confirm: 'erase', block: true })
  let killed = 0
  for (; killed < wanted; killed += 1) {
    world = await killAndStart(context, world, 331 + killed)
    logs.push(world.watch.leaks)
  }
  world.destinations.recover('customerio')
  world.destinations.recover('klaviyo')
  const proof = async () => JSON.stringify(await world.relay.get(`/api/v1/erasures/${String(asked['id'])}`))
  const isFinished = await until(async () => (await proof()).includes('"status":"finished"'))
  const proved = await proof()
  await until(async () => (await victim.post(world.url)) === 202)
  await posting.stop()
  await world.producer.stop()
  const left = await tracesOf(store)
  const after = context.folder()
  if (store.kind === 'sqlite') await backUp(context, store.folder, join(after, 'after.db'))
  const end = await endWorld(world, { mayDie: true })
  const atLast = await tracesOf(store)
  const notes = [
    `${killed} kills`,
    `erased: ${/"events":(\d+)/.exec(proved)?.[1] ?? 0} events`,
    `${held} traces in ${store.kind === 'sqlite' ? 'the backup made' : 'its tables'} before`,
  ]
  return resultOf('a customer is erased while their webhooks keep coming; killed during it', end, notes, {
    'the person was not in every state before': hasAll && held > 0,
    'the erasure is not finished': isFinished,
    'the proof names the person': personal.every((trace) => !proved.includes(trace)),
    'the proof counts nothing': !/"events":0/.test(proved),
    [`the store holds ${[...left].slice(0, 5).join(', ')}`]: left.length === 0,
    [`the store holds after its end ${atLast.slice(0, 5).join(', ')}`]: atLast.length === 0,
    'a backup made afterwards holds the person': tracesIn(after).length === 0,
    'a log holds the person': logs.every((leaks) => leaks().length === 0),
  })
}

/** Erases a customer under load and kills. */
export const erasure: ChaosRow = {
  id: '33',
  name: 'erasing a customer',
  stores: bothStores,
  run: async (context) => [await eraseUnderFire(context)],
}
