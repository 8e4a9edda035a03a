import type { SubtotalApi, SubtotalWebhook } from '@subtotal-connectors/subtotal-api'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'
import { CommandError } from '../command-error.ts'
import { eventTypeLists } from './event-types.ts'
import type { SecretPlace } from './secret-place.ts'

/** What the webhook is to be. */
export interface WantedWebhook {
  readonly url: string
  readonly name: string
  /** Makes a new one in the place of one whose secret is not here. */
  readonly replace: boolean
}

/** The webhook as it is now, and its secret if it was just made. */
export interface SetUpWebhook {
  readonly webhook: SubtotalWebhook
  readonly signingSecret: string | undefined
  /** Event types that Subtotal does not know. */
  readonly leftOut: readonly string[]
}

/** The webhooks of the account that post to a URL. */
export function webhooksAt(webhooks: readonly SubtotalWebhook[], url: string): readonly SubtotalWebhook[] {
  return webhooks.filter((webhook) => URL.canParse(webhook.url) && new URL(webhook.url).href === url)
}

/**
 * Updates the webhook that posts to the URL, or makes one. Rejects with a `CommandError` where a person has to decide: the secret of a
 * webhook is shown only when it is made.
 */
export async function setUpWebhook(
  api: SubtotalApi,
  wanted: WantedWebhook,
  place: SecretPlace,
  signal: AbortSignal,
): Promise<SetUpWebhook> {
  const found = webhooksAt(await api.webhooks.list({ signal }), wanted.url)
  if (found.length > 1 && !wanted.replace) {
    throw new CommandError(
      `${found.length} webhooks of the account post to ${wanted.url}, so every event would come several times. Add --replace to make one in their place.`,
    )
  }
  const [known] = found
  if (known !== undefined && !wanted.replace) {
    if (place.secrets.length === 0) {
      throw new CommandError(
        `the account has a webhook for ${wanted.url}, and its signing secret is not here: Subtotal shows it only once. Set SUBTOTAL_SIGNING_SECRET if you have it, or add --replace to make a new webhook in its place.`,
      )
    }
    return await withKnownTypes(async (eventTypes) => ({
      webhook: await api.webhooks.update(known.id, { eventTypes, isActive: true, receivesSimulatedEvents: true }, { signal }),
      signingSecret: undefined,
    }))
  }
  return await replace(api, wanted, found, signal)
}

/** The new one is made before the old ones go, so that no moment is without. */
async function replace(
  api: SubtotalApi,
  { url, name }: WantedWebhook,
  old: readonly SubtotalWebhook[],
  signal: AbortSignal,
): Promise<SetUpWebhook> {
  const made = await withKnownTypes(async (eventTypes) => {
    const created = { name, url, eventTypes, isActive: true, receivesSimulatedEvents: true }
    const { signingSecret, ...webhook } = await api.webhooks.create(created, { signal }).catch(explainLost)
    return { webhook, signingSecret }
  })
  for (const { id } of old) await api.webhooks.delete(id, { signal })
  return made
}

async function withKnownTypes(
  attempt: (eventTypes: readonly string[]) => Promise<Omit<SetUpWebhook, 'leftOut'>>,
): Promise<SetUpWebhook> {
  const [wanted = []] = eventTypeLists
  for (const [index, eventTypes] of eventTypeLists.entries()) {
    try {
      return { ...(await attempt(eventTypes)), leftOut: wanted.filter((type) => !eventTypes.includes(type)) }
    } catch (error) {
      const isUnknown = SubtotalApiError.isInstance(error) && error.fields.includes('event_types')
      if (!isUnknown || index === eventTypeLists.length - 1) throw error
    }
  }
  throw new Error('There is no list of event types.')
}

function explainLost(error: unknown): never {
  if (SubtotalApiError.isInstance(error) && error.mayHaveArrived) {
    throw new CommandError(
      `${error.message} The webhook may be there, and its secret is lost with the answer. Run the command again with --replace.`,
    )
  }
  throw error
}
