import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { chosenStore } from './bench-arguments.ts'
import { startStores } from './bench-stores.ts'
import type { LoadResult } from './http-load.ts'
import { runLoad } from './http-load.ts'
import { median, quantile } from './statistics.ts'
import { secret, webhooks as signedWebhooks, take } from './webhooks.ts'

/**
 * Webhooks accepted per second: the relay, every event synced to disk before it is answered, beside bare `node:http` servers that verify,
 * parse and answer: one that stores nothing, one that stores the same rows in shared synced commits, and one that stores only an event
 * and its deliveries, without history, look-ups by customer or connection, and counts. Each in a process of its own, one after the other
 * in turn, the same signed webhooks, all distinct. The ratio is against the one that stores the same rows.
 * `node --conditions=@subtotal-connectors/source ingest.ts [webhooks] [rounds] [--store postgres]`
 */
const { kind: storeKind, numbers } = chosenStore()
const [webhooks = 20_000, rounds = 5] = numbers
const connections = 64

const kinds = {
  bare: 'bare node:http: verifies, parses, stores nothing',
  grouped: 'bare node:http: verifies, parses, four rows in shared synced commits',
  same: 'bare node:http: verifies, parses, the rows of the relay in shared synced commits',
  relay: 'relay: synced, three destinations that do not answer',
  sealed: "relay: the same, people's data sealed with a key",
  delivering: 'relay: synced, while delivering to three that accept at once',
}
type Kind = keyof typeof kinds

const requests = take(signedWebhooks('all'), webhooks)
const results = new Map<Kind, LoadResult[]>()
const stores = await startStores(storeKind)
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['bare', 'grouped', 'same', 'relay', 'sealed', 'delivering'] as const)
      results.set(kind, [...(results.get(kind) ?? []), await measure(kind)])
  }
  report()
} finally {
  await stores.stop()
}

async function measure(kind: Kind): Promise<LoadResult> {
  const url = await stores.create()
  const child = fork(join(import.meta.dirname, 'ingest-target.ts'), [kind, secret, url], {
    execArgv: ['--conditions=@subtotal-connectors/source'],
  })
  const [message] = await once(child, 'message')
  const warmUp = requests.slice(0, webhooks / 10)
  await runLoad({ port: message.port, connections, requests: warmUp, expectedStatus: 202 })
  const result = await runLoad({ port: message.port, connections, requests: requests.slice(webhooks / 10), expectedStatus: 202 })
  child.disconnect()
  await once(child, 'exit')
  await stores.remove(url)
  if (result.refused > 0) throw new Error(`${kind} refused ${result.refused} webhooks.`)
  return result
}

function report(): void {
  const rates = new Map([...results].map(([kind, runs]) => [kind, median(runs.map((run) => run.accepted / run.seconds))]))
  const same = rates.get('same') ?? Number.NaN
  process.stdout.write(
    `${stores.name}, ${webhooks} signed webhooks, ${connections} connections, medians of ${rounds}, ${cpus().length} cores, Node ${process.version}\n`,
  )
  for (const [kind, runs] of results) {
    const rate = rates.get(kind) ?? Number.NaN
    const p99 = median(runs.map((run) => quantile(run.latenciesMs, 0.99)))
    const ratio = (rate / same).toFixed(2)
    process.stdout.write(
      `${Math.round(rate).toString().padStart(7)}/s  ratio ${ratio}  p99 ${p99.toFixed(1).padStart(6)} ms  ${kinds[kind]}\n`,
    )
  }
}
