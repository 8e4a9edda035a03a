import type { SubtotalApi, SubtotalWebhook } from '@subtotal-connectors/subtotal-api'
import { formatTable } from '../admin/format-table.ts'
import type { CommandContext, OutputStream } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import { knock } from './knock.ts'
import { findSecretPlace } from './secret-place.ts'
import { webhooksAt } from './set-up-webhook.ts'

/** `connect --status`: the account's webhooks, or those of one URL, and whether a relay there knows the secret that is here. */
export async function showWebhooks(
  api: SubtotalApi,
  { url, json }: { readonly url: string | undefined; readonly json: boolean },
  context: CommandContext,
  signal: AbortSignal,
): Promise<ExitCode> {
  const all = await api.webhooks.list({ signal })
  const webhooks = url === undefined ? all : webhooksAt(all, url)
  const { secrets } = await findSecretPlace(context)
  const found = await Promise.all(
    // Nothing is posted to where nobody has asked about.
    webhooks.map(async (webhook) => ({ ...webhook, relay: url === undefined ? null : await whoIsThere(webhook.url, secrets) })),
  )
  if (json) writeJson({ webhooks: found }, context)
  else if (found.length > 0) context.stdout.write(formatWebhooks(found, context.stdout))
  else context.stdout.write(url === undefined ? 'the account has no webhook.\n' : `no webhook of the account posts to ${url}.\n`)
  return found.length > 0 ? 0 : 1
}

interface ShownWebhook extends SubtotalWebhook {
  /** What answers at its URL; `null` when that was not asked. */
  readonly relay: string | null
}

function formatWebhooks(webhooks: readonly ShownWebhook[], stream: OutputStream): string {
  const rows = webhooks.map((webhook) => [
    webhook.id,
    webhook.name ?? '',
    webhook.url,
    webhook.isActive ? 'active' : 'paused',
    webhook.receivesSimulatedEvents ? 'yes' : 'no',
    webhook.eventTypes.join(' '),
    webhook.relay ?? 'asked with --url',
  ])
  return formatTable(['webhook', 'name', 'posts to', 'state', 'simulated', 'event types', 'relay'], rows, stream)
}

/** What can be done to the webhooks of a URL. */
export interface Change {
  make(api: SubtotalApi, id: string, signal: AbortSignal): Promise<unknown>
  /** What has become of a webhook, as a sentence. */
  readonly said: string
  readonly afterwards: string
}

/** `connect --pause`. */
export const pausing: Change = {
  make: (api, id, signal) => api.webhooks.pause(id, { signal }),
  said: 'is paused. Run connect without --pause to go on.',
  afterwards: 'Subtotal does not say what becomes of events meanwhile: fetch the purchases with subtotal-relay backfill.\n',
}

/** `connect --remove`. */
export const removing: Change = {
  make: (api, id, signal) => api.webhooks.delete(id, { signal }),
  said: 'is removed for good. Its signing secret opens nothing any more.',
  afterwards: '',
}

/** Changes every webhook of the account that posts to the URL. */
export async function changeWebhooks(
  { make, said, afterwards }: Change,
  api: SubtotalApi,
  url: string,
  { stdout }: CommandContext,
  signal: AbortSignal,
): Promise<ExitCode> {
  for (const { id } of await requireWebhooks(api, url, signal)) {
    await make(api, id, signal)
    stdout.write(`webhook ${id} ${said}\n`)
  }
  stdout.write(afterwards)
  return 0
}

async function requireWebhooks(api: SubtotalApi, url: string, signal: AbortSignal): Promise<readonly SubtotalWebhook[]> {
  const found = webhooksAt(await api.webhooks.list({ signal }), url)
  if (found.length === 0)
    throw new CommandError(`no webhook of the account posts to ${url}. Look: subtotal-relay connect --status`)
  return found
}

async function whoIsThere(url: string, [secret]: readonly string[]): Promise<string> {
  if (secret === undefined) return 'no signing secret here'
  const answer = await knock(url, secret)
  switch (answer.kind) {
    case 'known':
      return 'knows the secret that is here'
    case 'unknown_secret':
      return 'does not know the secret that is here'
    case 'other':
      return `no relay (HTTP ${answer.status})`
    case 'unreachable':
      return `cannot be reached from here: ${answer.reason}`
  }
}
