import { randomBytes } from 'node:crypto'
import { OptionsError } from '@subtotal-connectors/core'
import { parseLinkUrl } from '../../config/parse-settings.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { toIngestUrl } from '../to-ingest-url.ts'
import { UsageError } from '../usage-error.ts'
import type { DestinationName, DestinationOptions, IdentifyBy } from './destination-kinds.ts'
import { destinationKinds, destinationNames, identifierKinds } from './destination-kinds.ts'
import { foundSecret } from './found-secrets.ts'
import type { InitOptions } from './init-options.ts'
import type { InitPlan, PlannedDestination, PlannedSecret } from './init-plan.ts'

/**
 * What the flags and the environment say is to be set up. Throws a `UsageError` for a flag that is wrong, and a `CommandError` that names the
 * variable when a key is not there.
 */
export function planFromFlags(options: InitOptions, context: CommandContext): InitPlan {
  const names = readNames(options.destination)
  const { env } = context
  const webhookUrl = options.url === undefined ? undefined : toIngestUrl(options.url)
  const destinations = names.map((name) => planDestination(name, options, context))
  const apiKey = foundSecret('SUBTOTAL_API_KEY', context)
  if (options.connect === true && apiKey === undefined) {
    throw new CommandError('--connect needs SUBTOTAL_API_KEY. Set it, or SUBTOTAL_API_KEY_FILE, and run the command again.')
  }
  if (options.connect === true && webhookUrl === undefined)
    throw new UsageError('--connect needs --url, where Subtotal reaches the relay.')
  const baseUrl = env['SUBTOTAL_BASE_URL']?.trim() || undefined
  return {
    destinations,
    subtotal: {
      apiKey,
      signingSecret: foundSecret('SUBTOTAL_SIGNING_SECRET', context),
      ...(baseUrl === undefined ? {} : { baseUrl }),
    },
    adminToken: foundSecret('RELAY_ADMIN_TOKEN', context) ?? { value: randomBytes(32).toString('hex') },
    port: env['PORT']?.trim() || '8080',
    store: env['RELAY_STORE']?.trim() || 'sqlite:./data/relay.db',
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
    isConnecting: options.connect === true,
  }
}

function readNames(given: readonly string[] | undefined): readonly DestinationName[] {
  const names = (given ?? []).flatMap((text) => text.split(',')).map((text) => text.trim().toLowerCase())
  const known = [...new Set(names)].map((name) => {
    const found = destinationNames.find((one) => one === name)
    if (found === undefined) throw new UsageError(`--destination must be one of ${destinationNames.join(', ')}.`)
    return found
  })
  if (known.length === 0) throw new UsageError(`give --destination, one or more of ${destinationNames.join(', ')}.`)
  return known
}

function planDestination(name: DestinationName, options: InitOptions, context: CommandContext): PlannedDestination {
  const { keyVariable, title, keyHint } = destinationKinds[name]
  const apiKey = foundSecret(keyVariable, context)
  if (apiKey === undefined) {
    throw new CommandError(
      `${keyVariable} is not set. Set it to ${keyHint} of ${title}, or ${keyVariable}_FILE to a file that holds it; a key is never an argument.`,
    )
  }
  const planned = { name, apiKey, options: destinationOptions(name, options, context) }
  checkDestination(planned)
  return planned
}

function destinationOptions(name: DestinationName, options: InitOptions, { env }: CommandContext): DestinationOptions {
  const baseUrl = env[destinationKinds[name].baseUrlVariable]?.trim() || undefined
  const instance = options.brazeInstance ?? (env['BRAZE_INSTANCE']?.trim() || undefined)
  const region = options.customerioRegion ?? (env['CUSTOMERIO_REGION']?.trim() || undefined)
  const linkUrl = options.linkUrl ?? (env['SUBTOTAL_LINK_URL']?.trim() || undefined)
  return {
    ...(name === 'braze' && instance !== undefined ? { instance } : {}),
    ...(name === 'customerio' ? { region: oneOf('--customerio-region', region ?? 'us', ['us', 'eu']) } : {}),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    identifyBy: oneOf<IdentifyBy>('--identify-by', options.identifyBy ?? 'email', identifierKinds),
    historical: oneOf('--historical', options.historical ?? 'send', ['send', 'skip']),
    ...(linkUrl === undefined ? {} : { linkUrl: parseLinkUrl(linkUrl) }),
  }
}

function oneOf<Value extends string>(flag: string, text: string, known: readonly Value[]): Value {
  const found = known.find((one) => one === text)
  if (found === undefined) throw new UsageError(`${flag} must be one of ${known.join(', ')}.`)
  return found
}

/** Throws a `UsageError` in the connector's words when it cannot be made with these options. */
function checkDestination({ name, apiKey, options }: PlannedDestination): void {
  try {
    // The key itself is checked by `check`, where it can be tried.
    void destinationKinds[name].create(keyOf(apiKey), options).close()
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    const flag = /\binstance\b/.test(error.message) ? ' (--braze-instance, or BRAZE_INSTANCE)' : ''
    throw new UsageError(`${error.message}${flag}`)
  }
}

function keyOf(secret: PlannedSecret): string {
  return secret !== undefined && 'value' in secret ? secret.value : 'from-a-file'
}
