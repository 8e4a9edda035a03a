import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { systemClock } from '../apps/relay/src/clock/clock.ts'
import { contentHash } from '../apps/relay/src/ingest/content-hash.ts'
import { orderKey } from '../apps/relay/src/ingest/order-key.ts'
import { openStore } from '../apps/relay/src/store/open-store.ts'
import { chosenStore } from './bench-arguments.ts'
import { startStores } from './bench-stores.ts'
import { runLoad } from './http-load.ts'
import { median, quantile } from './statistics.ts'
import { secret, webhooks as signedWebhooks, take } from './webhooks.ts'

/**
 * What an acknowledgement takes while retention removes a large backlog, beside a relay with the same store that keeps it: the same signed
 * webhooks, in turn, each in a process of its own. The ratios are of the two.
 * `node --conditions=@subtotal-connectors/source retention.ts [old events] [webhooks] [rounds] [--store postgres]`
 */
const { kind: storeKind, numbers } = chosenStore()
const [old = 100_000, webhooks = 20_000, rounds = 3] = numbers
const kinds = ['keeping', 'retaining'] as const
const destinations = ['braze', 'klaviyo', 'customerio']
const connections = 16
const groupSize = 1_000
const dayMs = 86_400_000

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly removed: number
}

const stores = await startStores(storeKind)
try {
  const template = await stores.create()
  await fill(template)
  const requests = take(signedWebhooks('all'), webhooks)
  const results = new Map<(typeof kinds)[number], Measured[]>(kinds.map((kind) => [kind, []]))
  for (let round = 0; round < rounds; round += 1) {
    // Neither is always the first.
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed())
      results.get(kind)?.push(await measure(kind, template, requests))
  }
  report(results)
} finally {
  await stores.stop()
}

/** Events of last month, all delivered. */
async function fill(url: string): Promise<void> {
  const then = Date.now() - 31 * dayMs
  const store = await openStore(url, systemClock)
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

async function measure(kind: (typeof kinds)[number], template: string, requests: readonly Buffer[]): Promise<Measured> {
  const url = await stores.copy(template)
  const child = fork(join(import.meta.dirname, 'ingest-target.ts'), [kind, secret, url], {
    execArgv: ['--conditions=@subtotal-connectors/source'],
  })
  const [{ port }] = await once(child, 'message')
  const warmUp = webhooks / 10
  await runLoad({ port, connections, requests: requests.slice(0, warmUp), expectedStatus: 202 })
  const before = await removedFrom(url)
  const { latenciesMs, accepted, refused, seconds } = await runLoad({
    port,
    connections,
    requests: requests.slice(warmUp),
    expectedStatus: 202,
  })
  const removed = (await removedFrom(url)) - before
  child.disconnect()
  await once(child, 'exit')
  await stores.remove(url)
  if (refused > 0) throw new Error(`${refused} webhooks were refused.`)
  return { perSecond: accepted / seconds, p50: quantile(latenciesMs, 0.5), p99: quantile(latenciesMs, 0.99), removed }
}

function removedFrom(url: string): Promise<number> {
  return stores.number(url, `SELECT count(*) FROM ${stores.schema}events WHERE payload_deleted_at IS NOT NULL`)
}

function report(results: ReadonlyMap<string, readonly Measured[]>): void {
  process.stdout.write(
    `${stores.name}, ${old} old events, ${webhooks} signed webhooks, ${connections} connections, medians of ${rounds}, ${cpus().length} cores, Node ${process.version}\n`,
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
