import { signWebhook } from '@subtotal-connectors/core'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import type { WebhookPoster } from './post-webhook.ts'
import { createWebhookPoster } from './post-webhook.ts'
import { createProgressBar } from './progress-bar.ts'
import { readInput } from './read-input.ts'
import type { SendSettings } from './send-settings.ts'
import { readSendSettings } from './send-settings.ts'
import { sendSteadily } from './send-steadily.ts'
import type { SendTally } from './send-tally.ts'
import { createSendTally } from './send-tally.ts'
import { UsageError } from './usage-error.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** What `send` can be told. */
export interface SendOptions extends JsonOptions {
  /** Made-up webhooks instead of files. */
  readonly generate?: boolean
  /** How many to make up. Default 200. */
  readonly count?: number
  /** Webhooks per second. Default: as fast as the relay answers. */
  readonly rate?: number
  /** The relay. Default: `RELAY_URL`, or this machine at `PORT`, or at 8080. */
  readonly url?: string
}

const defaultCount = 200
const concurrency = 16

/** A webhook to send, and the connection whose webhooks keep their order. */
interface OutgoingWebhook {
  readonly body: string | Uint8Array
  readonly connectionId?: string
}

/** `subtotal-relay send`: signs webhooks and posts them to a relay. Fails unless each is answered 2xx. */
export async function send(files: readonly string[], options: SendOptions, context: CommandContext): Promise<ExitCode> {
  const { items, total } = await chooseWebhooks(files, options, context)
  const settings = readSendSettings(options.url, context)
  const poster = createWebhookPoster(settings.ingestUrl, { maxSockets: concurrency })
  const progress = createProgressBar(context.stderr, total)
  const tally = createSendTally()
  const startedAt = performance.now()
  try {
    await sendAll(items, { poster, tally, settings, progress, signal: context.stopSignal(), rate: options.rate })
  } finally {
    progress.stop()
    poster.close()
  }
  const elapsedMs = performance.now() - startedAt
  if (options.json === true) writeJson(tally.totals(elapsedMs), context)
  else context.stdout.write(tally.summary(elapsedMs))
  return tally.sent === total && tally.failed === 0 ? 0 : 1
}

async function chooseWebhooks(
  files: readonly string[],
  options: SendOptions,
  context: CommandContext,
): Promise<{ readonly items: Iterable<OutgoingWebhook>; readonly total: number }> {
  const isGenerated = options.generate === true
  if (isGenerated && files.length > 0) throw new UsageError('give files or --generate, not both.')
  if (!isGenerated && files.length === 0) throw new UsageError('give at least one file, or --generate.')
  if (!isGenerated && options.count !== undefined) throw new UsageError('--count goes with --generate; each file is sent once.')
  if (!isGenerated) {
    const bodies = await Promise.all(files.map((file) => readInput(file, context.cwd)))
    return { items: bodies.map((body) => ({ body })), total: files.length }
  }
  const total = options.count ?? defaultCount
  return { items: madeUp(total), total }
}

function* madeUp(total: number): Generator<OutgoingWebhook> {
  const generator = createWebhookGenerator()
  for (let made = 0; made < total; made += 1) yield generator.next()
}

interface Sending {
  readonly poster: WebhookPoster
  readonly tally: SendTally
  readonly settings: SendSettings
  readonly progress: { increment(): void }
  readonly signal: AbortSignal
  readonly rate: number | undefined
}

async function sendAll(items: Iterable<OutgoingWebhook>, sending: Sending): Promise<void> {
  const { poster, tally, settings, progress, signal, rate } = sending
  await sendSteadily<OutgoingWebhook>({
    items,
    ...(rate === undefined ? {} : { ratePerSecond: rate }),
    concurrency,
    signal,
    orderBy: ({ connectionId }) => connectionId,
    send: async ({ body }) => {
      tally.add(await poster.post({ body, headers: signWebhook({ body, secret: settings.secret }) }))
      progress.increment()
    },
  })
}
