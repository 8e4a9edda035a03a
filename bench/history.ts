import { createHash } from 'node:crypto'
import { toUlid } from '@subtotal-connectors/core'
import { makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { systemClock } from '../apps/relay/src/clock/clock.ts'
import { contentHash } from '../apps/relay/src/ingest/content-hash.ts'
import { orderKey } from '../apps/relay/src/ingest/order-key.ts'
import { openStore } from '../apps/relay/src/store/open-store.ts'
import type { IncomingEvent, Store } from '../apps/relay/src/store/store.ts'
import type { BenchStores } from './bench-stores.ts'
import { startStores } from './bench-stores.ts'
import { count, markedTable } from './markdown-table.ts'
import { addHistory, connections, destinations } from './settled-history.ts'
import { quantile } from './statistics.ts'

/**
 * What a long history costs: how long a claim and its settlement take with few and with many settled deliveries beside the same number that
 * wait, in SQLite and in PostgreSQL, in turn. After each round of claims as many events come in as went out.
 * `node --conditions=@subtotal-connectors/source history.ts [settled] [pending] [claims] [settled, to compare with]`
 */
const many = Number(process.argv[2] ?? 10_000_000)
const pending = Number(process.argv[3] ?? 6_000)
const claims = Number(process.argv[4] ?? 1_500)
const few = Number(process.argv[5] ?? 10_000)
const batch = 100
const turns = 10
const groupSize = 1_000
const leaseMs = 60_000

/** An open store, and what its claims took, in milliseconds. */
interface Subject {
  readonly stores: BenchStores
  readonly settled: number
  readonly store: Store
  readonly mebibytes: number
  readonly claimMs: number[]
  readonly settleMs: number[]
}

let made = 0
const opened: BenchStores[] = []
const subjects: Subject[] = []
try {
  for (const kind of ['sqlite', 'postgres'] as const) {
    const stores = await startStores(kind)
    opened.push(stores)
    for (const settled of [few, many]) subjects.push(await prepare(stores, settled))
  }
  // The first turn warms up; none is always the first.
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const subject of turn % 2 === 0 ? subjects : subjects.toReversed()) await run(subject)
    if (turn === 0) for (const { claimMs, settleMs } of subjects) for (const times of [claimMs, settleMs]) times.length = 0
  }
  report()
} finally {
  for (const { store } of subjects) await store.close()
  for (const stores of opened) await stores.stop()
}

async function prepare(stores: BenchStores, settled: number): Promise<Subject> {
  const url = await stores.create()
  // Makes the schema.
  await (await openStore(url, systemClock)).close()
  const startedAt = performance.now()
  await addHistory(stores, url, settled, Date.now())
  const mebibytes = await stores.sizeMebibytes(url)
  const seconds = (performance.now() - startedAt) / 1000
  process.stderr.write(`${stores.name}: ${count(settled)} settled in ${count(seconds)} s, ${count(mebibytes)} MiB\n`)
  const store = await openStore(url, systemClock, { listen: 'off' })
  const subject = { stores, settled, store, mebibytes, claimMs: [], settleMs: [] }
  for (let left = pending / destinations.length; left > 0; left -= groupSize) await ingest(subject, Math.min(groupSize, left))
  return subject
}

/** So many new events, one in ten a profile. */
async function ingest({ store }: Pick<Subject, 'store'>, size: number): Promise<void> {
  await store.ingest({ events: Array.from({ length: size }, toIncoming), destinations })
}

function toIncoming(): IncomingEvent {
  made += 1
  const receivedAt = Date.now() - 1
  const number = (made * 7_919) % connections
  const about = {
    id: toUlid(receivedAt, createHash('sha1').update(String(made)).digest()),
    connection: { id: `connection-${number}`, retailer: 'target' },
    customer: { id: `customer-${number}`, email: `person-${number}@shoppers.example`, mobile: null },
  }
  const event =
    made % 10 === 0
      ? makeProfileEvent('profile.updated', about)
      : makePurchaseEvent({ ...about, idempotencyKey: `purchase.created:new-${made}`, purchase: { id: `new-${made}` } })
  return { event, orderKey: orderKey(event.id, receivedAt), contentHash: contentHash(event), receivedAt }
}

async function run(subject: Subject): Promise<void> {
  for (let done = 0; done < claims / turns; done += destinations.length) {
    for (const destination of destinations) await deliver(subject, destination)
    await ingest(subject, batch)
  }
}

async function deliver({ store, claimMs, settleMs }: Subject, destination: string): Promise<void> {
  const leaseToken = `bench-${made}-${destination}`
  const startedAt = performance.now()
  const now = Date.now()
  const { deliveries, superseded } = await store.claim({
    destination,
    now,
    limit: batch,
    maxBytes: 1e9,
    leaseUntil: now + leaseMs,
    leaseToken,
  })
  const claimedAt = performance.now()
  const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
  const { stale } = await store.settle({ leaseToken, now: Date.now(), settlements })
  settleMs.push(performance.now() - claimedAt)
  claimMs.push(claimedAt - startedAt)
  if (deliveries.length + superseded.length < batch || stale > 0)
    throw new Error(`A claim got ${deliveries.length} and ${superseded.length}, ${stale} of them stale.`)
}

function report(): void {
  const said = `Claims of ${batch} deliveries and their settlement, ${count(pending)} waiting, ${count(claims)} of each store in turn.`
  const heads = ['store', 'settled', 'MiB', 'claim p50', 'claim p99', 'settle p50', 'settle p99']
  const rows = opened.flatMap((stores) => {
    const own = subjects.filter((subject) => subject.stores === stores)
    const measured = own.map(({ claimMs, settleMs }) =>
      [claimMs, settleMs].flatMap((times) => [quantile(times, 0.5), quantile(times, 0.99)]),
    )
    const [first = [], last = []] = measured
    return [
      ...own.map(({ settled, mebibytes }, index) => [
        stores.name,
        count(settled),
        count(mebibytes),
        ...(measured[index] ?? []).map((time) => `${time.toFixed(1)} ms`),
      ]),
      [stores.name, '÷', '', ...last.map((time, index) => (time / (first[index] ?? Number.NaN)).toFixed(2))],
    ]
  })
  process.stdout.write(markedTable('bench:history', said, heads, rows))
}
