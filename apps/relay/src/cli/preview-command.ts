import type { Connector, Plan, SubtotalEvent } from '@subtotal-connectors/core'
import { parseWebhook } from '@subtotal-connectors/core'
import type { CommandContext } from './command-context.ts'
import { CommandError } from './command-error.ts'
import type { ConfigurationOptions } from './configuration-source.ts'
import { configurationSource } from './configuration-source.ts'
import { configuredDestinations } from './configured-destinations.ts'
import type { ExitCode } from './exit-code.ts'
import { formatPlan } from './format-plan.ts'
import { placeholderDestinations } from './placeholder-destinations.ts'
import { readInput } from './read-input.ts'
import { UsageError } from './usage-error.ts'
import { wrapPayload } from './wrap-payload.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** What `preview` can be told. */
export interface PreviewOptions extends ConfigurationOptions, JsonOptions {
  /** Only this destination. */
  readonly destination?: string
  /** The webhook's type when the file holds a payload alone. */
  readonly type?: string
}

/** `subtotal-relay preview`: what each destination would be sent for the webhook in a file. Sends nothing. */
export async function preview(file: string, options: PreviewOptions, context: CommandContext): Promise<ExitCode> {
  const note = (sentence: string) => context.stderr.write(`note: ${sentence}\n`)
  const event = readEvent(file, await readInput(file, context.cwd), options.type, note)
  const destinations = await chooseDestinations(options, context, note)
  const plans = Object.entries(destinations).map(([name, connector]) => [name, connector.plan([event])] as const)
  await Promise.all(Object.values(destinations).map((connector) => connector.close()))

  if (options.json === true) writeJson({ event, destinations: Object.fromEntries(plans) }, context)
  else context.stdout.write(plans.map(([name, plan]) => formatPlan(name, plan, context.stdout)).join('\n'))
  if (plans.some(([, plan]) => lacksIdentifier(plan))) {
    note('a running relay fills in what the webhook leaves out from earlier webhooks of the same connection; a preview cannot.')
  }
  return 0
}

function readEvent(file: string, bytes: Buffer, type: string | undefined, note: (sentence: string) => void): SubtotalEvent {
  const { webhook, assumedType } = wrapPayload(parseJson(file, bytes), type)
  if (assumedType !== undefined) note(`${file} has no envelope; it is read as the payload of ${assumedType}.`)
  const event = parseWebhook(assumedType === undefined ? bytes : JSON.stringify(webhook))
  if (event === null) throw new CommandError(`${file} is a webhook that the relay ignores: no destination gets anything.`)
  return event
}

function parseJson(file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new CommandError(`${file} is not JSON.`)
  }
}

async function chooseDestinations(
  options: PreviewOptions,
  context: CommandContext,
  note: (sentence: string) => void,
): Promise<Readonly<Record<string, Connector>>> {
  const configured = await configuredDestinations(configurationSource(options, context))
  if (configured === undefined) note('no destination is configured; this is what each would get with default settings.')
  const destinations = configured ?? placeholderDestinations()
  if (options.destination === undefined) return destinations
  const chosen = destinations[options.destination]
  if (chosen === undefined) {
    throw new UsageError(`--destination must be one of ${Object.keys(destinations).join(', ')}.`)
  }
  return { [options.destination]: chosen }
}

function lacksIdentifier(plan: Plan): boolean {
  return plan.notSent.some(({ result }) => result.status === 'rejected' && result.error.code === 'ERR_NO_IDENTIFIER')
}
