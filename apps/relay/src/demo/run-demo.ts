import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { paceClock, sendSteadily } from '../cli/send-steadily.ts'
import type { RelayConfig } from '../config/relay-config.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import { createRelay } from '../relay.ts'
import type { DemoBooks } from './demo-books.ts'
import { createDemoBooks } from './demo-books.ts'
import type { DemoCustomers, DemoStep } from './demo-customers.ts'
import { startDemoCustomers } from './demo-customers.ts'
import type { DemoOutcome } from './demo-outcome.ts'
import type { DemoSnapshot } from './demo-snapshot.ts'
import { disturbanceAt } from './disturbances.ts'
import type { DemoDestinations } from './mock-destinations.ts'
import { startMockDestinations } from './mock-destinations.ts'
import { createTemporaryFolder } from './temporary-folder.ts'

/** How a demo runs. */
export interface DemoOptions {
  /** How many webhooks; then it waits until every destination has them. Absent: until `signal` is aborted. */
  readonly count?: number
  readonly ratePerSecond: number
  /** Ends it: nothing further is sent or waited for. */
  readonly signal: AbortSignal
  /** How long it waits at most, from the start; longer where the sending alone takes more. Default 120 s. */
  readonly limitMs?: number
  /** How often `onProgress` is called. */
  readonly progressMs: number
  /** Called once, with the relay's URL, before anything is sent. */
  onReady(relayUrl: string): void
  onProgress(snapshot: DemoSnapshot): void
}

const defaultLimitMs = 120_000
const waitStepMs = 50
const concurrency = 16
/** Results of webhooks that the relay answered 202. */
const taken = ['stored', 'duplicate', 'quarantined', 'ignored']

/**
 * Runs a relay in this process, with mock destinations on free ports, its store in a temporary folder, and a mock Subtotal whose invented
 * customers link accounts, buy, lose their logins and come back. Reads no setting of any kind. Removes everything when it ends.
 */
export async function runDemo(options: DemoOptions): Promise<DemoOutcome> {
  const startedAt = performance.now()
  const books = createDemoBooks(() => performance.now() - startedAt)
  const folder = await createTemporaryFolder()
  try {
    const destinations = await startMockDestinations(books.arrive)
    try {
      await runRelay(options, books, destinations, folder.path)
    } finally {
      await Promise.all(Object.values(destinations).map((destination) => destination.close()))
    }
  } finally {
    await folder.remove()
  }
  return books.outcome(options.count)
}

async function runRelay(options: DemoOptions, books: DemoBooks, destinations: DemoDestinations, folder: string): Promise<void> {
  const secret = randomBytes(32).toString('hex')
  const events = createRelayEvents()
  events.on('delivery:attempted', ({ destination, status, eventId }) => books.attempted(destination, status, eventId))
  events.on('webhook:answered', ({ result }) => books.answered(taken.find((one) => one === result)))
  const relay = await createRelay(toConfig(destinations, secret, folder), { events })
  const progress = setInterval(() => options.onProgress(books.snapshot()), options.progressMs)
  try {
    const customers = await startDemoCustomers({ relayUrl: relay.url, secret, onUnanswered: () => books.answered(undefined) })
    try {
      options.onReady(relay.url)
      await letCustomersAct(options, books, destinations, customers)
      await waitForArrivals(options, books)
    } finally {
      await customers.close()
    }
  } finally {
    clearInterval(progress)
    await relay.stop()
  }
}

function toConfig(destinations: DemoDestinations, secret: string, folder: string): RelayConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    store: `sqlite:${join(folder, 'relay.db')}`,
    bodyLimitBytes: 1024 * 1024,
    signingSecrets: [secret],
    signatureToleranceMs: 60_000,
    destinations: {
      braze: destinations.braze.connector,
      klaviyo: destinations.klaviyo.connector,
      customerio: destinations.customerio.connector,
    },
  }
}

async function letCustomersAct(
  { count, ratePerSecond, signal }: DemoOptions,
  books: DemoBooks,
  destinations: DemoDestinations,
  customers: DemoCustomers,
): Promise<void> {
  let sent = 0
  await sendSteadily<DemoStep>({
    items: customers.steps(count),
    ratePerSecond,
    concurrency,
    signal,
    orderBy: ({ connection }) => connection,
    async send(step) {
      sent += 1
      const disturbance = disturbanceAt(sent, ratePerSecond)
      if (disturbance !== undefined) destinations[disturbance.destination].fail(disturbance.failure)
      await step.run((webhook) => books.expect(webhook))
    },
  })
}

async function waitForArrivals(options: DemoOptions, books: DemoBooks): Promise<void> {
  const { count, ratePerSecond, signal, limitMs = defaultLimitMs } = options
  if (count === undefined) return
  const latestMs = Math.max(limitMs, (count / ratePerSecond) * 1000 + limitMs / 2)
  while (!books.hasEverything() && !signal.aborted && books.snapshot().elapsedMs < latestMs) {
    await paceClock.wait(waitStepMs, signal)
  }
}
