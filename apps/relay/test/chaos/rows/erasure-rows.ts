import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import type { ChaosStore } from '../support/chaos-store.ts'
import { numberOf, postgresOf } from '../support/chaos-store.ts'
import { pendingOf } from '../support/drain.ts'
import { signingSecret } from '../support/secrets.ts'
import type { FileTrace } from '../support/server-files.ts'
import { tracesInFiles } from '../support/server-files.ts'
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

/** What the server remembers of tables that have rows, to plan with. */
const statistics = `pg_stats s JOIN pg_stat_user_tables t ON t.schemaname = s.schemaname AND t.relname = s.tablename
  WHERE s.schemaname = 'relay' AND t.n_live_tup > 0`

/** What of the person is in the store: in its files; or in any row of its tables, or what the server remembers of them. */
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
      const rows = await numberOf(store, `SELECT count(*) FROM ${table} AS one WHERE ${holds('one::text', trace)}`)
      if (rows > 0) found.push(`${trace} in ${table}`)
    }
  }
  for (const trace of stored) {
    const values = "concat(s.most_common_vals::text, ' ', s.histogram_bounds::text)"
    const columns = await numberOf(store, `SELECT count(*) FROM ${statistics} AND ${holds(values, trace)}`)
    if (columns > 0) found.push(`${trace} in the statistics`)
  }
  return found
}

/** As it is, or as bytes are written. */
function holds(expression: string, text: string): string {
  return `(strpos(${expression}, '${text}') > 0 OR strpos(${expression}, '${Buffer.from(text).toString('hex')}') > 0)`
}

/** A webhook that is dropped leaves its connection in a row that was deleted at once; of statistics those that are in use are looked at. */
function mayBeLeft({ text, relation }: FileTrace): boolean {
  return relation === 'pg_statistic' || (text === connectionId && /^connections(_pkey)?$/.test(relation))
}

/** What of the person is in the files of a PostgreSQL server: none in rows, and how much in what no query sees. */
async function fileTraces(store: ChaosStore): Promise<{ readonly inRows: readonly string[]; readonly elsewhere: number }> {
  if (store.kind === 'sqlite') return { inRows: [], elsewhere: 0 }
  const traces = (await tracesInFiles(store, stored)).filter((trace) => !mayBeLeft(trace))
  const inRows = traces.filter(({ place }) => place === 'row')
  return { inRows: inRows.map(({ text, relation }) => `${text} in ${relation}`), elsewhere: traces.length - inRows.length }
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
  // The server does so by itself, once a minute.
  if (store.kind === 'postgres') await postgresOf(store).administer('ANALYZE')
  const heldInFiles = await fileTraces(store)
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
  const leftInFiles = await fileTraces(store)
  const after = context.folder()
  if (store.kind === 'sqlite') await backUp(context, store.folder, join(after, 'after.db'))
  const end = await endWorld(world, { mayDie: true })
  const atLast = await tracesOf(store)
  if (store.kind === 'postgres') await postgresOf(store).administer('VACUUM (FULL)')
  const rewritten = await fileTraces(store)
  const notes = [
    `${killed} kills`,
    `erased: ${/"events":(\d+)/.exec(proved)?.[1] ?? 0} events`,
    `${held} traces in ${store.kind === 'sqlite' ? 'the backup made' : 'its tables'} before`,
    ...(store.kind === 'sqlite'
      ? []
      : [`in its files ${heldInFiles.inRows.length} in rows before and ${leftInFiles.elsewhere} in free space after`]),
  ]
  return resultOf('a customer is erased while their webhooks keep coming; killed during it', end, notes, {
    'the person was not in every state before': hasAll && held > 0,
    'the person was not in the files before': store.kind === 'sqlite' || heldInFiles.inRows.length > 0,
    'the erasure is not finished': isFinished,
    'the proof names the person': personal.every((trace) => !proved.includes(trace)),
    'the proof counts nothing': !/"events":0/.test(proved),
    [`the store holds ${[...left].slice(0, 5).join(', ')}`]: left.length === 0,
    [`the store holds after its end ${atLast.slice(0, 5).join(', ')}`]: atLast.length === 0,
    [`rows in the files hold ${leftInFiles.inRows.slice(0, 5).join(', ')}`]: leftInFiles.inRows.length === 0,
    'files that were written anew hold the person': rewritten.inRows.length + rewritten.elsewhere === 0,
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
