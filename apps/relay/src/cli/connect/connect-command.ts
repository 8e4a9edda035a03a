import { SubtotalError } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { requireSubtotal } from '../../config/load-subtotal.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { type ConfigurationOptions, configurationSource } from '../configuration-source.ts'
import type { ExitCode } from '../exit-code.ts'
import { toIngestUrl } from '../to-ingest-url.ts'
import { UsageError } from '../usage-error.ts'
import type { JsonOptions } from '../write-json.ts'
import { changeWebhooks, pausing, removing, showWebhooks } from './look-after.ts'
import { type ProvedDelivery, proveWay } from './prove-way.ts'
import { type RelayAtHand, relayAtHand } from './relay-at-hand.ts'
import { addSecret, checkSecretPlace, findSecretPlace, nameSecretFile, type SecretPlace } from './secret-place.ts'
import { type SetUpWebhook, setUpWebhook, webhooksAt } from './set-up-webhook.ts'
import { createStations, type Stations } from './stations.ts'

/** What `connect` can be told. */
export interface ConnectOptions extends ConfigurationOptions, JsonOptions {
  /** Where Subtotal is to post webhooks to. */
  readonly url?: string
  readonly name: string
  /** Makes a new webhook in the place of one whose secret is not here. */
  readonly replace?: boolean
  /** Prints the signing secret. */
  readonly showSecret?: boolean
  /** Lets the destinations have the simulated event. */
  readonly deliver?: boolean
  readonly email: string
  /** Lets the webhook go on getting simulated events. */
  readonly simulated?: boolean
  /** Seconds to wait for the event. */
  readonly timeout: number
  readonly status?: boolean
  readonly pause?: boolean
  readonly remove?: boolean
}

/** `subtotal-relay connect`: makes or updates the webhook at Subtotal, keeps its secret, and proves the way with a simulated event. */
export async function connect(options: ConnectOptions, context: CommandContext): Promise<ExitCode> {
  const modes = [options.status, options.pause, options.remove].filter((mode) => mode === true)
  if (modes.length > 1) throw new UsageError('give one of --status, --pause and --remove.')
  if (options.json === true && options.status !== true) throw new UsageError('--json goes with --status.')
  if (options.url === undefined && options.status !== true) {
    throw new UsageError(
      'give --url, the address where Subtotal reaches the relay: --url https://relay.example.com/webhooks/subtotal',
    )
  }
  const url = options.url === undefined ? undefined : toIngestUrl(options.url)
  const api = await requireSubtotal(configurationSource(options, context))
  const signal = context.stopSignal()
  try {
    if (options.status === true) return await showWebhooks(api, { url, json: options.json === true }, context, signal)
    if (options.pause === true) return await changeWebhooks(pausing, api, url ?? '', context, signal)
    if (options.remove === true) return await changeWebhooks(removing, api, url ?? '', context, signal)
    return await setUp({ api, url: url ?? '', options, context, signal })
  } finally {
    api.close()
  }
}

interface SetUp {
  readonly api: SubtotalApi
  readonly url: string
  readonly options: ConnectOptions
  readonly context: CommandContext
  readonly signal: AbortSignal
}

async function setUp(parts: SetUp): Promise<ExitCode> {
  const { api, url, options, context, signal } = parts
  const stations = createStations(context)
  try {
    const place = await findSecretPlace(context)
    await checkPlace(api, url, options, place, signal)
    const wanted = { url, name: options.name, replace: options.replace === true }
    const made = await setUpWebhook(api, wanted, place, signal)
    const secret = await keepSecret(made, place, parts, stations)
    const deliveries = await prove(parts, made, secret, stations)
    return report(deliveries, options, stations)
  } catch (error) {
    if (!(error instanceof CommandError) && !SubtotalError.isInstance(error)) throw error
    stations.stop(error.message)
    return 1
  }
}

/** Nothing is made whose secret could not be kept. */
async function checkPlace(
  api: SubtotalApi,
  url: string,
  { replace = false }: ConnectOptions,
  place: SecretPlace,
  signal: AbortSignal,
): Promise<void> {
  const isThere = webhooksAt(await api.webhooks.list({ signal }), url).length > 0
  if (isThere && !replace) return
  if (place.kind === 'variable') {
    throw new CommandError(
      'SUBTOTAL_SIGNING_SECRET is set, and a new secret has to be written to a file. Write the secret that is there into a file, set SUBTOTAL_SIGNING_SECRET_FILE to its path, and unset SUBTOTAL_SIGNING_SECRET.',
    )
  }
  await checkSecretPlace(place)
}

async function keepSecret(
  { webhook, signingSecret, leftOut }: SetUpWebhook,
  place: SecretPlace,
  { options, context, url }: SetUp,
  stations: Stations,
): Promise<string> {
  const secret = signingSecret ?? place.secrets[0] ?? ''
  // Before anything else can fail: Subtotal shows it only once.
  if (signingSecret !== undefined) await addSecret(place, signingSecret)
  stations.pass(`webhook ${webhook.id} ${signingSecret === undefined ? 'is updated' : 'is made'} and posts to ${url}`)
  if (leftOut.length > 0) stations.note(`Subtotal does not know these event types, they are left out: ${leftOut.join(', ')}`)
  if (signingSecret !== undefined) stations.pass(`its signing secret is in ${place.path}, which its owner alone may read`)
  else stations.pass('its signing secret is expected to be the one that is set')
  if (signingSecret !== undefined && !(await nameSecretFile(place, context))) {
    stations.note(`.env cannot be written: set SUBTOTAL_SIGNING_SECRET_FILE to ${place.path} where the relay is started`)
  }
  if (options.showSecret === true) context.stdout.write(`${secret}\n`)
  return secret
}

async function prove(
  { api, url, options, context, signal }: SetUp,
  { webhook }: SetUpWebhook,
  secret: string,
  stations: Stations,
): Promise<readonly ProvedDelivery[]> {
  let relay: RelayAtHand | undefined
  try {
    relay = await relayAtHand(options, context)
    stations.pass(
      relay.isOwn ? `no relay runs here; one is started at ${relay.url} for the proof` : `the relay runs at ${relay.url}`,
    )
    return await proveWay({
      api,
      admin: relay.admin,
      url,
      secret,
      isDelivered: options.deliver === true,
      email: options.email,
      timeoutMs: options.timeout * 1_000,
      stations,
      signal,
    })
  } finally {
    if (options.simulated !== true) {
      await api.webhooks.update(webhook.id, { receivesSimulatedEvents: false }).catch(() => {
        stations.note('the webhook goes on getting simulated events; that could not be switched off')
      })
    }
    await relay?.close()
  }
}

function report(deliveries: readonly ProvedDelivery[], { deliver = false }: ConnectOptions, stations: Stations): ExitCode {
  for (const { destination, status, error } of deliveries) {
    const why = error === null ? '' : `: ${error.code}. ${error.message}`
    if (status === (deliver ? 'delivered' : 'skipped')) stations.pass(`${destination}: ${status}${deliver ? '' : ', as asked'}`)
    else stations.stop(`${destination}: ${status}${why}`)
  }
  const isProved = deliveries.every(({ status }) => status === 'skipped' || status === 'delivered')
  if (isProved) stations.pass('Subtotal is connected')
  return isProved ? 0 : 1
}
