import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { BenchStores } from './bench-stores.ts'
import { startStores } from './bench-stores.ts'
import { runLoad } from './http-load.ts'
import { count, markedTable } from './markdown-table.ts'
import { cpuOf } from './process-cpu.ts'
import { median, quantile } from './statistics.ts'
import { secret, take, webhooks } from './webhooks.ts'

/**
 * What more relays on one PostgreSQL bring, beside one relay on SQLite: purchases accepted per second over 64 connections, all relays in
 * turn, while the destinations are held; then how fast the same purchases are delivered to three mocks. And the CPU time of each part per
 * event, as the relays, the database, the mocks and the sender share the cores of one machine. Of Linux.
 * `node --conditions=@subtotal-connectors/source relays.ts [purchases] [rounds] [relays,…]`
 */
const purchases = Number(process.argv[2] ?? 30_000)
const rounds = Number(process.argv[3] ?? 3)
const relayCounts = (process.argv[4] ?? '1,2,4').split(',').map(Number)
const connections = 64
const destinations = 3
const mostMs = 15 * 60_000
const execArgv = ['--conditions=@subtotal-connectors/source']

/** CPU time so far, or of a time, in microseconds. */
interface Cpu {
  readonly relays: number
  readonly database: number
  /** The sender and the mocks. */
  readonly others: number
}

interface Phase {
  readonly perSecond: number
  readonly cpu: Cpu
}

interface Measured {
  readonly ingest: Phase
  readonly p99: number
  readonly delivery: Phase
}

interface Setup {
  readonly stores: BenchStores
  readonly relays: number
}

const opened: BenchStores[] = []
try {
  for (const kind of ['sqlite', 'postgres'] as const) opened.push(await startStores(kind))
  const setups = opened.flatMap((stores, index) =>
    index === 0 ? [{ stores, relays: 1 }] : relayCounts.map((relays) => ({ stores, relays })),
  )
  const results = new Map<Setup, Measured[]>(setups.map((setup) => [setup, []]))
  for (let round = 0; round < rounds; round += 1) {
    // None is always the first.
    for (const setup of round % 2 === 0 ? setups : setups.toReversed()) results.get(setup)?.push(await measure(setup))
  }
  report(results)
} finally {
  for (const stores of opened) await stores.stop()
}

async function measure({ stores, relays }: Setup): Promise<Measured> {
  const url = await stores.create()
  const children: ChildProcess[] = []
  try {
    // So that each relay has run for a while.
    const warmUp = Math.ceil(purchases / 20) * relays
    const wanted = String((warmUp + purchases) * destinations)
    const mocks = fork(join(import.meta.dirname, 'delivery-mocks.ts'), [wanted], { execArgv })
    children.push(mocks)
    const urls = JSON.stringify(await message(mocks))
    const targets = Array.from({ length: relays }, () =>
      fork(join(import.meta.dirname, 'delivery-target.ts'), [secret, urls, url], { execArgv }),
    )
    children.push(...targets)
    const port = (await Promise.all(targets.map(message))).map((one) => one.port)

    const source = webhooks('purchases')
    await load(port, take(source, warmUp))
    const requests = take(source, purchases)
    const cpu = (): Cpu => ({
      relays: targets.reduce((sum, { pid = 0 }) => sum + cpuOf(pid), 0),
      database: stores.cpu(),
      others: cpuOf(process.pid) + cpuOf(mocks.pid ?? 0),
    })
    const before = cpu()
    const { seconds, latenciesMs } = await load(port, requests)
    const stored = cpu()

    const arrived = message(mocks)
    const startedAt = performance.now()
    for (const target of targets) target.send('start')
    await arrived
    const deliverySeconds = (performance.now() - startedAt) / 1000
    return {
      ingest: { perSecond: purchases / seconds, cpu: perEvent(before, stored, purchases) },
      p99: quantile(latenciesMs, 0.99),
      delivery: { perSecond: (warmUp + purchases) / deliverySeconds, cpu: perEvent(stored, cpu(), warmUp + purchases) },
    }
  } finally {
    for (const child of children) await end(child)
    await stores.remove(url)
  }
}

/** The next that a child sends. */
async function message(child: ChildProcess) {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('A process of the bench ended too early.')))
  const [said] = await Promise.race([once(child, 'message', { signal: AbortSignal.timeout(mostMs) }), ended])
  return said
}

async function load(port: readonly number[], requests: readonly Buffer[]): ReturnType<typeof runLoad> {
  const result = await runLoad({ port, connections, requests, expectedStatus: 202 })
  if (result.refused > 0) throw new Error(`${result.refused} webhooks were refused.`)
  return result
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
}

function perEvent(from: Cpu, to: Cpu, events: number): Cpu {
  const part = (name: keyof Cpu): number => (to[name] - from[name]) / events
  return { relays: part('relays'), database: part('database'), others: part('others') }
}

function report(results: ReadonlyMap<Setup, readonly Measured[]>): void {
  const said = `${count(purchases)} purchases, ${connections} connections, ${destinations} mocks, medians of ${rounds};`
  const heads = ['store, relays', '', '÷ one on PostgreSQL', 'relays', 'database']
  const phase = (name: 'ingest' | 'delivery', more: (runs: readonly Measured[]) => readonly string[]): readonly string[][] => {
    const rate = (runs: readonly Measured[]): number => median(runs.map((run) => run[name].perSecond))
    const one = rate([...results].find(([{ stores, relays }]) => stores === opened[1] && relays === 1)?.[1] ?? [])
    return [...results].map(([{ stores, relays }, runs]) => [
      `${stores.name}, ${relays}`,
      count(rate(runs)),
      (rate(runs) / one).toFixed(2),
      ...(['relays', 'database', 'others'] as const).map((part) => count(median(runs.map((run) => run[name].cpu[part])))),
      ...more(runs),
    ])
  }
  const named = (rate: string, others: string, more: readonly string[]): readonly string[] => [
    ...heads.map((head) => (head === '' ? rate : head.replace(/^(relays|database)$/, '$1: CPU µs/event'))),
    `${others}: CPU µs/event`,
    ...more,
  ]
  const accepted = phase('ingest', (runs) => [`${median(runs.map((run) => run.p99)).toFixed(1)} ms`])
  const delivered = phase('delivery', () => [])
  process.stdout.write(markedTable('bench:relays ingest', `Accepting ${said}`, named('accepted/s', 'sender', ['p99']), accepted))
  process.stdout.write(markedTable('bench:relays delivery', `Delivering ${said}`, named('events/s', 'mocks', []), delivered))
}
