import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWebhookGenerator, makePurchaseEvent, signedWebhook } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { contentHash } from '../apps/relay/src/ingest/content-hash.ts'
import { orderKey } from '../apps/relay/src/ingest/order-key.ts'
import { openSqliteStore } from '../apps/relay/src/store/sqlite/sqlite-store.ts'
import { rawPost } from '../apps/relay/test/support/raw-connection.ts'
import { runLoad } from './http-load.ts'

/**
 * What an acknowledgement takes while retention removes a large backlog, beside a relay with the same store that keeps it: the same signed
 * webhooks, in turn, each in a process of its own. The ratios are of the two.
 * `node --conditions=@subtotal-connectors/source retention.ts [old events] [webhooks] [rounds]`
 */
const old = Number(process.argv[2] ?? 100_000)
const webhooks = Number(process.argv[3] ?? 20_000)
const rounds = Number(process.argv[4] ?? 3)
const kinds = ['keeping', 'retaining'] as const
const destinations = ['braze', 'klaviyo', 'customerio']
const connections = 16
const secret = 'secret-of-the-bench'
const groupSize = 1_000
const dayMs = 86_400_000

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly removed: number
}

const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-retention-'))
const template = join(folder, 'template.db')
try {
  await fill()
  const requests = prepare()
  const results = new Map<(typeof kinds)[number], Measured[]>(kinds.map((kind) => [kind, []]))
  for (let round = 0; round < rounds; round += 1) {
    // Neither is always the first.
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) results.get(kind)?.push(await measure(kind, requests))
  }
  report(results)
} finally {
  rmSync(folder, { recursive: true })
}

/** Events of last month, all delivered. */
async function fill(): Promise<void> {
  const then = Date.now() - 31 * dayMs
  const store = await openSqliteStore(template, then)
  for (let from = 0; from < old; from += groupSize) {
    const events = Array.from({ length: Math.min(groupSize, old - from) }, (_, index) => toIncoming(from + index, then))
    await store.ingest({ events, destinations })
    for (const destination of destinations) {
      const lease = { leaseToken: 'bench', leaseUntil: then + dayMs }
      const { deliveries } = await store.claim({ destination, now: then + 1, limit: groupSize, maxBytes: 1e9, ...lease })
      const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
      await store.settle({ leaseToken: 'bench', now: then + 1, settlements })
    }
  }
  await store.close()
}

function toIncoming(number: number, receivedAt: number) {
  const id = `old-event-${number}`
  const connection = { id: `connection-${number % 50_000}`, retailer: 'target' }
  const event = makePurchaseEvent({ id, idempotencyKey: `purchase.created:${id}`, connection, purchase: { id } })
  return { event, orderKey: orderKey(id, receivedAt), contentHash: contentHash(event), receivedAt }
}

function prepare(): readonly Buffer[] {
  const generator = createWebhookGenerator({ seed: 1, connections: 2_000 })
  return Array.from({ length: webhooks }, () => {
    const { body, headers } = signedWebhook(generator.next().body, secret)
    return rawPost(body, headers)
  })
}

async function measure(kind: (typeof kinds)[number], requests: readonly Buffer[]): Promise<Measured> {
  const path = join(folder, `${kind}.db`)
  copyFileSync(template, path)
  const child = fork(join(import.meta.dirname, 'ingest-target.ts'), [kind, secret, path], {
    execArgv: ['--conditions=@subtotal-connectors/source'],
  })
  const [{ port }] = await once(child, 'message')
  const warmUp = webhooks / 10
  await runLoad({ port, connections, requests: requests.slice(0, warmUp), expectedStatus: 202 })
  const before = removedFrom(path)
  const { latenciesMs, accepted, refused, seconds } = await runLoad({
    port,
    connections,
    requests: requests.slice(warmUp),
    expectedStatus: 202,
  })
  const removed = removedFrom(path) - before
  child.disconnect()
  await once(child, 'exit')
  if (refused > 0) throw new Error(`${refused} webhooks were refused.`)
  const at = (part: number): number => latenciesMs[Math.floor(latenciesMs.length * part)] ?? Number.NaN
  return { perSecond: accepted / seconds, p50: at(0.5), p99: at(0.99), removed }
}

function removedFrom(path: string): number {
  const database = new Database(path, { readonly: true })
  const count = database.prepare('SELECT count(*) FROM events WHERE payload_deleted_at IS NOT NULL').pluck().get()
  database.close()
  return Number(count)
}

function report(results: ReadonlyMap<string, readonly Measured[]>): void {
  process.stdout.write(
    `${old} old events, ${webhooks} signed webhooks, ${connections} connections, medians of ${rounds}, ${cpus().length} cores, Node ${process.version}\n`,
  )
  const medians = new Map<string, Measured>()
  for (const [kind, runs] of results) {
    const of = (name: keyof Measured): number => median(runs.map((run) => run[name]))
    const all = { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), removed: of('removed') }
    medians.set(kind, all)
    process.stdout.write(
      `${kind.padEnd(10)} ${Math.round(all.perSecond)}/s  p50 ${all.p50.toFixed(1)} ms  p99 ${all.p99.toFixed(1)} ms  ${all.removed} payloads removed meanwhile\n`,
    )
  }
  const ratio = (name: keyof Measured): string =>
    ((medians.get('retaining')?.[name] ?? Number.NaN) / (medians.get('keeping')?.[name] ?? Number.NaN)).toFixed(2)
  process.stdout.write(`retaining ÷ keeping: rate ${ratio('perSecond')}, p50 ${ratio('p50')}, p99 ${ratio('p99')}\n`)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
