import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { contentHash } from '../apps/relay/src/ingest/content-hash.ts'
import { orderKey } from '../apps/relay/src/ingest/order-key.ts'
import { openSqliteStore } from '../apps/relay/src/store/sqlite/sqlite-store.ts'

/**
 * How soon a relay is ready and how much memory it takes with a backlog: a store with so many deliveries waiting, for three destinations
 * that never answer, and for three that accept everything at once. `node --conditions=@subtotal-connectors/source backlog.ts [deliveries]`
 */
const deliveries = Number(process.argv[2] ?? 1_000_000)
const destinations = ['braze', 'klaviyo', 'customerio']
const groupSize = 2_000
const watchMs = 20_000

const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-backlog-'))
const path = join(folder, 'relay.db')
try {
  await fill()
  process.stdout.write(
    `${deliveries} deliveries waiting, store of ${mebibytes(statSync(path).size)} MiB, ${cpus().length} cores, Node ${process.version}\n`,
  )
  for (const kind of ['backlog', 'backlog-delivering']) await measure(kind)
} finally {
  rmSync(folder, { recursive: true })
}

async function fill(): Promise<void> {
  const store = await openSqliteStore(path, Date.now())
  const events = Math.ceil(deliveries / destinations.length)
  for (let from = 0; from < events; from += groupSize) {
    const group = Array.from({ length: Math.min(groupSize, events - from) }, (_, index) => toIncoming(from + index))
    await store.ingest({ events: group, destinations })
  }
  await store.close()
}

function toIncoming(number: number) {
  const id = `event-${number}`
  const connection = { id: `connection-${number % 50_000}`, retailer: 'target' }
  const event = makePurchaseEvent({
    id,
    idempotencyKey: `purchase.created:${number}`,
    connection,
    purchase: { id: String(number) },
  })
  const receivedAt = Date.now()
  return { event, orderKey: orderKey(id, receivedAt), contentHash: contentHash(event), receivedAt }
}

async function measure(kind: string): Promise<void> {
  const startedAt = performance.now()
  const child = fork(join(import.meta.dirname, 'ingest-target.ts'), [kind, 'secret-of-the-bench', `sqlite:${path}`], {
    execArgv: ['--conditions=@subtotal-connectors/source'],
  })
  const [{ port }] = await once(child, 'message')
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
  const readyMs = performance.now() - startedAt
  await new Promise((resolve) => setTimeout(resolve, watchMs))
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const delivered = [...text.matchAll(/relay_deliveries\{.*state="delivered"\} (\d+)/g)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  )
  process.stdout.write(
    `${kind}: ready (${ready.status}) after ${(readyMs / 1000).toFixed(2)} s, peak RSS ${mebibytes(peak)} MiB, ${delivered} delivered in ${watchMs / 1000} s\n`,
  )
  child.disconnect()
  await once(child, 'exit')
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
