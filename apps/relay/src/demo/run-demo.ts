import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookPoster } from '../cli/post-webhook.ts'
import { paceClock, sendSteadily } from '../cli/send-steadily.ts'
import { toIngestUrl } from '../cli/to-ingest-url.ts'
import type { RelayConfig } from '../config/relay-config.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import { createRelay } from '../relay.ts'
import type { DemoBooks } from './demo-books.ts'
import { createDemoBooks } from './demo-books.ts'
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

/**
 * Runs a relay in this process, with mock destinations on free ports, a random signing secret and its store in a temporary
 * folder, and posts made-up webhooks to it. Reads no setting of any kind. Removes everything when it ends.
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
  events.on('delivery:attempted', ({ destination, status }) => books.attempted(destination, status))
  const relay = await createRelay(toConfig(destinations, secret, folder), { events })
  const progress = setInterval(() => options.onProgress(books.snapshot()), options.progressMs)
  try {
    options.onReady(relay.url)
    await sendWebhooks(options, books, destinations, toIngestUrl(relay.url), secret)
    await waitForArrivals(options, books)
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

async function sendWebhooks(
  options: DemoOptions,
  books: DemoBooks,
  destinations: DemoDestinations,
  ingestUrl: string,
  secret: string,
): Promise<void> {
  const { ratePerSecond, signal } = options
  const poster = createWebhookPoster(ingestUrl, { maxSockets: concurrency })
  let sent = 0
  try {
    await sendSteadily<GeneratedWebhook>({
      items: webhooks(options.count),
      ratePerSecond,
      concurrency,
      signal,
      orderBy: ({ connectionId }) => connectionId,
      send: async (webhook) => {
        sent += 1
        const disturbance = disturbanceAt(sent, ratePerSecond)
        if (disturbance !== undefined) destinations[disturbance.destination].fail(disturbance.failure)
        books.expect(webhook)
        const posted = await poster.post(signedWebhook(webhook.body, secret))
        books.answered(posted.kind === 'answered' && posted.status === 202 ? posted.result : undefined)
      },
    })
  } finally {
    poster.close()
  }
}

function* webhooks(count: number | undefined): Generator<GeneratedWebhook> {
  const generator = createWebhookGenerator()
  for (let made = 0; count === undefined || made < count; made += 1) yield generator.next()
}

async function waitForArrivals(options: DemoOptions, books: DemoBooks): Promise<void> {
  const { count, ratePerSecond, signal, limitMs = defaultLimitMs } = options
  if (count === undefined) return
  const latestMs = Math.max(limitMs, (count / ratePerSecond) * 1000 + limitMs / 2)
  while (!books.hasEverything() && !signal.aborted && books.snapshot().elapsedMs < latestMs) {
    await paceClock.wait(waitStepMs, signal)
  }
}
