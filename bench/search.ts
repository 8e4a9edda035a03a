import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { fillStore } from './search-store.ts'

/**
 * How long the admin API takes to find events and deliveries in a large store, and what that does to webhooks that come meanwhile: the same
 * paced load with and without searches, in turn. `node --conditions=@subtotal-connectors/source search.ts [events] [store]`; a store that is
 * there already is used as it is.
 */
const events = Number(process.argv[2] ?? 1_000_000)
const kept = process.argv[3]
const repeats = 30
const rounds = 3
const perSecond = 200
const loadSeconds = 10
const secret = 'secret-of-the-bench'
const now = Date.parse('2026-11-20T12:00:00Z')
const dayMs = 86_400_000

const middle = Math.floor(events / 2)
const connection = (middle * 7_919) % 100_000
const day = (days: number): string => encodeURIComponent(new Date(now - days * dayMs).toISOString())

/** What is searched for; of each kind the newest, and where it matters the oldest or nothing at all. */
const searches: Readonly<Record<string, string>> = {
  'events: all': '/events',
  'events: customer': `/events?customer=customer-${connection}`,
  'events: connection': `/events?connection=connection-${connection}`,
  'events: purchase': `/events?purchase=purchase-${middle + 1}`,
  'events: person by email': '/events?person=',
  'events: type': '/events?type=account.connected',
  'events: type, the three oldest': '/events?type=connection.unauthenticated',
  'events: retailer': '/events?retailer=retailer-7',
  'events: retailer, the three oldest': '/events?retailer=retailer-rare',
  'events: retailer that is not there': '/events?retailer=nowhere',
  'events: a day in the middle': `/events?since=${day(15)}&until=${day(14)}`,
  'events: before everything': `/events?until=${day(60)}`,
  'events: dead': '/events?status=dead',
  'events: dead, destination, type': '/events?status=dead&destination=klaviyo&type=account.connected',
  'events: skipped': '/events?status=skipped',
  'events: pending': '/events?status=pending',
  'events: pending, retailer': '/events?status=pending&retailer=retailer-7',
  'events: delivered, destination': '/events?status=delivered&destination=klaviyo',
  'events: customer, status, time': `/events?customer=customer-${connection}&status=delivered&since=${day(20)}`,
  'deliveries: all': '/deliveries',
  'deliveries: customer': `/deliveries?customer=customer-${connection}`,
  'deliveries: purchase': `/deliveries?purchase=purchase-${middle + 1}`,
  'deliveries: person by email': '/deliveries?person=',
  'deliveries: retailer, the three oldest': '/deliveries?retailer=retailer-rare',
  'deliveries: dead, code': '/deliveries?status=dead&code=ERR_REJECTED',
  'deliveries: dead, destination, code': '/deliveries?status=dead&destination=braze&code=ERR_NO_IDENTIFIER',
  'deliveries: pending, destination': '/deliveries?status=pending&destination=klaviyo',
  'deliveries: skipped': '/deliveries?status=skipped',
  'deliveries: delivered, type': '/deliveries?status=delivered&type=profile.updated',
}

const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-search-'))
const path = kept ?? join(folder, 'relay.db')
const agent = new Agent({ keepAlive: true })
try {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path)) await fillStore(path, events, now)
  await run()
} finally {
  agent.destroy()
  rmSync(folder, { recursive: true })
}

async function run(): Promise<void> {
  const child = fork(join(import.meta.dirname, 'ingest-target.ts'), ['searched', secret, `sqlite:${path}`], {
    execArgv: ['--conditions=@subtotal-connectors/source'],
  })
  const [{ port }] = await once(child, 'message')
  const api = `http://127.0.0.1:${port}/api/v1`
  const asked = await fetch(`${api}/people/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `person-${connection}@shoppers.example` }),
  })
  const found: { readonly person: string } = JSON.parse(await asked.text())
  const paths = Object.entries(searches).map(
    ([name, one]) => [name, one.endsWith('person=') ? `${one}${found.person}` : one] as const,
  )
  process.stdout.write(
    `${events} events, store of ${Math.round(statSync(path).size / 2 ** 20)} MiB, ${cpus().length} cores, Node ${process.version}\n`,
  )
  for (const [name, one] of paths) await measure(name, `${api}${one}`)
  await compare(
    port,
    paths.map(([, one]) => `${api}${one}`),
  )
  child.disconnect()
  await once(child, 'exit')
}

async function measure(name: string, url: string): Promise<void> {
  const times: number[] = []
  let count = 0
  for (let index = 0; index < repeats; index += 1) {
    const startedAt = performance.now()
    const answer: { readonly items: readonly unknown[] } = JSON.parse(await (await fetch(url)).text())
    times.push(performance.now() - startedAt)
    count = answer.items.length
  }
  process.stdout.write(`p50 ${inMs(times, 0.5)}  p99 ${inMs(times, 0.99)}  ${String(count).padStart(3)} found  ${name}\n`)
}

/** In turn, so that a slow moment of the machine is in both. */
async function compare(port: number, urls: readonly string[]): Promise<void> {
  const generator = createWebhookGenerator({ seed: Date.now() % 1e9, connections: 2_000 })
  const calm: number[] = []
  const searched: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    calm.push(...(await load(port, generator)))
    const stop = new AbortController()
    const searching = search(urls, stop.signal)
    searched.push(...(await load(port, generator)))
    stop.abort()
    process.stdout.write(`${await searching} searches in ${loadSeconds} s beside ${perSecond} webhooks/s\n`)
  }
  process.stdout.write(`acknowledged without searches: p50 ${inMs(calm, 0.5)}  p99 ${inMs(calm, 0.99)}\n`)
  process.stdout.write(`acknowledged with searches:    p50 ${inMs(searched, 0.5)}  p99 ${inMs(searched, 0.99)}\n`)
}

async function search(urls: readonly string[], signal: AbortSignal): Promise<number> {
  let count = 0
  for (; !signal.aborted; count += 1) await (await fetch(urls[count % urls.length] ?? '')).json()
  return count
}

async function load(port: number, generator: ReturnType<typeof createWebhookGenerator>): Promise<readonly number[]> {
  const startedAt = performance.now()
  const answers: Promise<number>[] = []
  for (let index = 0; index < perSecond * loadSeconds; index += 1) {
    const wait = startedAt + (index * 1_000) / perSecond - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    answers.push(post(port, generator.next().body))
  }
  return Promise.all(answers)
}

function post(port: number, body: string): Promise<number> {
  const signed = signedWebhook(body, secret)
  return new Promise((resolve, reject) => {
    const sentAt = performance.now()
    const sent = request(
      { port, host: '127.0.0.1', path: '/webhooks/subtotal', method: 'POST', agent, headers: { ...signed.headers } },
      (response) => {
        response.resume()
        response.once('end', () => resolve(performance.now() - sentAt))
        if (response.statusCode !== 202) reject(new Error(`The relay answered ${response.statusCode}.`))
      },
    )
    sent.once('error', reject)
    sent.end(signed.body)
  })
}

function inMs(times: readonly number[], share: number): string {
  const sorted = times.toSorted((one, other) => one - other)
  return `${(sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1).padStart(6)} ms`
}
