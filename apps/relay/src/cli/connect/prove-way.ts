import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'
import { proofCustomerId } from '../../delivery/without-proofs.ts'
import type { AdminClient } from '../admin/admin-client.ts'
import { deliveriesSchema, eventsSchema } from '../admin/event-answer.ts'
import { readAnswer } from '../admin/read-answer.ts'
import { statsSchema } from '../admin/stats-answer.ts'
import { CommandError } from '../command-error.ts'
import { knock } from './knock.ts'
import type { Stations } from './stations.ts'

/** What the proof works with. */
export interface ProofOptions {
  readonly api: SubtotalApi
  readonly admin: AdminClient
  /** Where Subtotal posts to. */
  readonly url: string
  /** The secret of the webhook, newest first. */
  readonly secret: string
  /** Whether the destinations are to get the event. */
  readonly isDelivered: boolean
  /** The simulated customer's, with `isDelivered`. */
  readonly email: string
  readonly timeoutMs: number
  readonly stations: Stations
  readonly signal: AbortSignal
}

/** What became of the event at one destination. */
export interface ProvedDelivery {
  readonly destination: string
  readonly status: string
  readonly error: { readonly code: string; readonly message: string } | null
}

const stepMs = 200

/**
 * Sends an event of a simulated connection the whole way, and passes each station or rejects with a `CommandError` that says what to do at the
 * one where it stopped. The connection is deleted again.
 */
export async function proveWay(options: ProofOptions): Promise<readonly ProvedDelivery[]> {
  const { api, admin, stations, isDelivered, signal } = options
  await checkUrl(options)
  const customerId = proofCustomerId(randomBytes(8).toString('hex'), isDelivered)
  const before = readAnswer(statsSchema, await admin.get('/stats')).quarantined
  const retailer = (await api.retailers.list({ signal }).catch(() => []))[0]?.id ?? 'walmart'
  const contact = isDelivered ? { email: options.email } : {}
  const connection = await api.simulated
    .createConnection({ customerId, retailer, includePurchases: false, ...contact }, { signal })
    .catch(explainSimulator)
  stations.pass("Subtotal's simulator has linked an account")
  try {
    await arrival(options, customerId, before)
    stations.pass('the webhook has come to the relay, and its event is stored')
    return await settled(options, customerId)
  } finally {
    // It was made for this; where it cannot be removed it does no harm.
    await api.connections.delete(connection.id).catch(() => undefined)
  }
}

async function checkUrl({ url, secret, stations }: ProofOptions): Promise<void> {
  const answer = await knock(url, secret)
  switch (answer.kind) {
    case 'known':
      return stations.pass(`a relay answers at ${url} and knows the secret`)
    case 'unknown_secret':
      throw new CommandError(
        `the relay at ${url} does not know the new signing secret. Restart it, so that it reads the secret, and run the command again.`,
      )
    case 'other':
      throw new CommandError(
        `what answers at ${url} is no relay (HTTP ${answer.status}). Check the path, /webhooks/subtotal, and what the proxy does with it.`,
      )
    case 'unreachable':
      // Subtotal may well see what this machine does not: a name that is public only, for one.
      return stations.note(`${url} cannot be reached from here: ${answer.reason}. Subtotal has to reach it.`)
  }
}

function explainSimulator(error: unknown): never {
  if (!SubtotalApiError.isInstance(error)) throw error
  throw new CommandError(`Subtotal did not simulate an event, so the way is not proved. ${error.message}`)
}

async function arrival(options: ProofOptions, customer: string, quarantinedBefore: number): Promise<void> {
  const { admin, timeoutMs, url } = options
  const came = await until(options, async () => {
    const { items } = readAnswer(eventsSchema, await admin.get('/events', { customer, limit: 1 }))
    return items.length > 0 ? true : undefined
  })
  if (came === true) return
  const { quarantined } = readAnswer(statsSchema, await admin.get('/stats'))
  if (quarantined > quarantinedBefore) {
    throw new CommandError('a webhook has come and was not understood. Look at it: subtotal-relay quarantine')
  }
  throw new CommandError(
    `Subtotal has sent the webhook and within ${timeoutMs / 1_000} s nothing is stored. Either it does not reach ${url} from outside (name, certificate, firewall, proxy), or its signature does not fit: then the relay's log has ERR_SIGNATURE_MISMATCH, and --replace makes a webhook whose secret is here.`,
  )
}

async function settled(options: ProofOptions, customer: string): Promise<readonly ProvedDelivery[]> {
  const read = async () => readAnswer(deliveriesSchema, await options.admin.get('/deliveries', { customer, limit: 100 })).items
  const done = await until(options, async () => {
    const items = await read()
    return items.every(({ status }) => status !== 'pending') ? items : undefined
  })
  return (done ?? (await read())).map(({ destination, status, error }) => ({ destination, status, error }))
}

/** Asks until there is an answer; `undefined` when the time is over. */
async function until<Found>(
  { timeoutMs, signal }: ProofOptions,
  ask: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const found = await ask()
    if (found !== undefined || performance.now() > end) return found
    await sleep(stepMs, undefined, { signal }).catch(() => {
      throw new CommandError('ended before the way was proved.')
    })
  }
}
