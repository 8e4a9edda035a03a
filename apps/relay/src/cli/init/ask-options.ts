import type { EnvironmentName } from '../../config/environment.ts'
import type { CommandContext } from '../command-context.ts'
import { toIngestUrl } from '../to-ingest-url.ts'
import { UsageError } from '../usage-error.ts'
import { createAsker } from './create-asker.ts'
import type { DestinationName } from './destination-kinds.ts'
import { destinationKinds, destinationNames } from './destination-kinds.ts'
import { foundSecret } from './found-secrets.ts'
import type { InitOptions } from './init-options.ts'

const hints: Readonly<Record<DestinationName, string>> = {
  braze: 'custom events by /users/track',
  klaviyo: 'metrics by the events API',
  customerio: 'Pipelines, semantic events',
}

/**
 * Asks a person what the options leave open. A secret that is typed in goes into the environment of this process, where the plan finds it
 * as one that was set.
 */
export async function askOptions(options: InitOptions, context: CommandContext): Promise<InitOptions> {
  const asker = createAsker(context)
  const destination =
    options.destination ??
    (await asker.several(
      'Where are events to go?',
      destinationNames.map((name) => ({ value: name, hint: hints[name] })),
    ))

  async function askSecret(name: EnvironmentName, message: string, isNeeded: boolean): Promise<boolean> {
    if (foundSecret(name, context) !== undefined) return true
    const secret = await asker.secret(message, (line) => (isNeeded && line === '' ? 'It is needed.' : undefined))
    if (secret !== undefined) context.env[name] = secret
    return secret !== undefined
  }

  for (const name of destinationNames.filter((one) => destination.includes(one))) {
    const { title, keyVariable, keyHint } = destinationKinds[name]
    await askSecret(keyVariable, `Key of ${title}: ${keyHint}`, true)
  }
  const brazeInstance =
    options.brazeInstance ??
    (destination.includes('braze') && !context.env['BRAZE_INSTANCE'] && !context.env['BRAZE_BASE_URL']
      ? await asker.line('Instance of your Braze dashboard, such as US-01 or EU-02', (line) =>
          line === '' ? 'It is needed: a key works on its own instance alone.' : undefined,
        )
      : undefined)
  const customerioRegion =
    options.customerioRegion ??
    (destination.includes('customerio') && !context.env['CUSTOMERIO_REGION']
      ? await asker.one('Region of your Customer.io workspace', [
          { value: 'us', hint: 'the usual one' },
          { value: 'eu', hint: 'the data stays in the EU' },
        ])
      : undefined)
  const identifyBy =
    options.identifyBy ??
    (await asker.one('What tells your marketing tool who a customer is?', [
      { value: 'email', hint: 'the email address' },
      { value: 'customerId', hint: 'your own id of the customer, as given to Subtotal Link' },
      ...(destination.includes('customerio') ? [] : [{ value: 'mobile', hint: 'the phone number' }]),
    ]))
  const historical =
    options.historical ??
    (await asker.one('Purchases from before an account was linked', [
      { value: 'send', hint: 'all of them; a flow may start for each' },
      { value: 'skip', hint: 'only what is bought later' },
    ]))
  const hasApiKey = await askSecret(
    'SUBTOTAL_API_KEY',
    'API key of Subtotal, with which the webhook can be made (may be empty)',
    false,
  )
  if (!hasApiKey)
    await askSecret('SUBTOTAL_SIGNING_SECRET', 'Signing secret that Subtotal shows when a webhook is made (may be empty)', false)
  const url =
    options.url ?? (await asker.line('Where Subtotal reaches this relay, https://…/webhooks/subtotal (may be empty)', refuseUrl))
  const connect =
    options.connect ??
    (hasApiKey && url !== undefined
      ? (await asker.one('Make the webhook at Subtotal now?', [
          { value: 'yes', hint: 'connect: makes it, keeps its secret, and proves the way' },
          { value: 'no', hint: 'later, with subtotal-relay connect' },
        ])) === 'yes'
      : undefined)
  return { ...options, destination, brazeInstance, customerioRegion, identifyBy, historical, url, connect }
}

function refuseUrl(line: string): string | undefined {
  if (line === '') return undefined
  try {
    toIngestUrl(line)
    return undefined
  } catch (error) {
    return error instanceof UsageError ? 'Give an https URL, such as https://relay.example.com/webhooks/subtotal.' : String(error)
  }
}
