import type { EnvironmentName } from '../../config/environment.ts'
import { CommandError } from '../command-error.ts'
import { destinationKinds } from './destination-kinds.ts'
import type { InitPlan, PlannedSecret } from './init-plan.ts'

/** The text of `.env`. */
export function toDotEnv({ destinations, subtotal, adminToken, port, store }: InitPlan): string {
  const { apiKey, signingSecret, baseUrl } = subtotal
  const lines = [
    '# Settings of the relay, beside relay.config.ts. This file holds secrets: its owner alone may read it (0600), and it belongs into no',
    '# version control. A variable of the real environment wins over it. docs/configuration.md explains each.',
    '',
    "# Subtotal's own API: for connect, backfill, and what events lack.",
    ...secretLine('SUBTOTAL_API_KEY', apiKey),
    ...(baseUrl === undefined ? [] : [`SUBTOTAL_BASE_URL=${toValue('SUBTOTAL_BASE_URL', baseUrl)}`]),
    "# The webhook's signing secret, from Subtotal's dashboard. Leave it empty when `connect` is to make the webhook: it keeps the secret in a",
    '# file and names the file at the end of this one.',
    ...secretLine('SUBTOTAL_SIGNING_SECRET', signingSecret),
    '',
    '# Keys of the destinations.',
    ...destinations.flatMap(({ name, apiKey: key }) => secretLine(destinationKinds[name].keyVariable, key)),
    '',
    '# Opens the admin API and the console. The commands that speak to this relay read it here too.',
    ...secretLine('RELAY_ADMIN_TOKEN', adminToken),
    '# HOST=127.0.0.1',
    `PORT=${toValue('PORT', port)}`,
    `RELAY_STORE=${toValue('RELAY_STORE', store)}`,
  ]
  return `${lines.join('\n')}\n`
}

function secretLine(name: EnvironmentName, secret: PlannedSecret): readonly string[] {
  if (secret === undefined) return [`${name}=`]
  return 'file' in secret ? [`${name}_FILE=${toValue(`${name}_FILE`, secret.file)}`] : [`${name}=${toValue(name, secret.value)}`]
}

/** In the quotes that `.env` needs, if any. The message does not repeat the value: it may be a secret. */
function toValue(name: string, value: string): string {
  if (/^[\w./:@%+=,-]*$/.test(value)) return value
  const quote = ["'", '"', '`'].find((one) => !value.includes(one) && (one !== '"' || !value.includes('\\')))
  if (quote === undefined || /[\r\n]/.test(value)) {
    throw new CommandError(
      `${name} holds a line break or every kind of quotes, which .env cannot. Put it into a file: ${name}_FILE.`,
    )
  }
  return `${quote}${value}${quote}`
}
