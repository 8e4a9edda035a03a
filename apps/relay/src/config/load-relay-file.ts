import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Connector } from '@subtotal-connectors/core'
import { SubtotalError } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { z } from 'zod'
import { mostDays } from '../retention/retention-settings.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { RelayDefinition } from './define-relay.ts'
import { importRelayFile } from './import-relay-file.ts'

/** The names under which a configuration file is found, the first that is there. */
export const relayFileNames: readonly string[] = ['relay.config.ts', 'relay.config.mts', 'relay.config.js', 'relay.config.mjs']

const requestRatesSchema = z.array(z.object({ requests: z.number().positive(), perMs: z.number().positive() }))
const connectorSchema = z.custom<Connector>(isConnector, 'is not a connector')
const subtotalSchema = z.custom<SubtotalApi>(isSubtotalApi, 'is not what createSubtotalApi returns')
/** A second at least, so that nobody is called without a pause; a year at most. */
const milliseconds = z
  .int()
  .min(1_000)
  .max(365 * 86_400_000)
const days = z.int().min(1).max(mostDays)
const definitionSchema: z.ZodType<RelayDefinition> = z.strictObject({
  destinations: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, 'is not a name of letters, digits, - and _'),
    connectorSchema,
  ),
  lanes: z
    .record(
      z.string(),
      z.strictObject({
        concurrency: z.int().min(1).max(64).exactOptional(),
        maxUnknownOutcomes: z.number().min(0).exactOptional(),
        ordering: z.enum(['none', 'customer']).exactOptional(),
        requestsPerSecond: z.number().positive().max(10_000).exactOptional(),
        retry: z
          .strictObject({
            firstDelayMs: milliseconds.exactOptional(),
            maxAgeMs: milliseconds.exactOptional(),
            schedule: z.array(milliseconds).min(1).max(1_000).exactOptional(),
          })
          .exactOptional(),
      }),
    )
    .exactOptional(),
  retention: z
    .strictObject({
      payloadDays: days.exactOptional(),
      ledgerDays: days.exactOptional(),
      deadLetterDays: days.exactOptional(),
      quarantineDays: days.exactOptional(),
    })
    .exactOptional(),
  subtotal: subtotalSchema.exactOptional(),
})

/**
 * What `relay.config.ts` says; `undefined` when there is none. Throws a `ConfigurationError` when it cannot be loaded or does not
 * export what `defineRelay` returns.
 */
export async function loadRelayFile(cwd: string, configPath?: string): Promise<RelayDefinition | undefined> {
  const path = findFile(cwd, configPath)
  if (path === undefined) return undefined
  const module = await importFile(path)
  const exported = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
  const result = definitionSchema.safeParse(exported)
  if (result.success) return checkLanes(result.data, basename(path))
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'its default export' : issue.path.map(String).join('.')
  throw new ConfigurationError(
    `${basename(path)}: ${where} ${issue?.message ?? 'is wrong'}. Write "export default defineRelay({ destinations: { braze: createBrazeConnector({ … }) } })".`,
  )
}

/** A mistyped name would leave its lane with the defaults, unnoticed. */
function checkLanes(definition: RelayDefinition, file: string): RelayDefinition {
  const unknown = Object.keys(definition.lanes ?? {}).find((name) => !Object.hasOwn(definition.destinations, name))
  if (unknown === undefined) return definition
  throw new ConfigurationError(
    `${file}: lanes.${unknown} belongs to no destination. Its name must be one of ${Object.keys(definition.destinations).join(', ')}.`,
  )
}

function findFile(cwd: string, configPath: string | undefined): string | undefined {
  if (configPath === undefined) return relayFileNames.map((name) => resolve(cwd, name)).find((path) => existsSync(path))
  const path = resolve(cwd, configPath)
  if (existsSync(path)) return path
  throw new ConfigurationError(`There is no file ${path}. Give --config the path of a relay.config.ts.`)
}

async function importFile(path: string): Promise<unknown> {
  try {
    return await importRelayFile(path)
  } catch (error) {
    throw new ConfigurationError(`${basename(path)} cannot be loaded: ${whyNot(error)}.`)
  }
}

/** An error of the person's own code may hold anything: only its name is told. */
function whyNot(error: unknown): string {
  if (SubtotalError.isInstance(error) || error instanceof SyntaxError) return error.message.replace(/\.$/, '')
  if (!(error instanceof Error)) return 'it threw something that is no error'
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_'))
    return `${error.message} (${error.code})`
  return `it threw ${error.name}`
}

function isConnector(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const isCallable = (name: string): boolean => name in value && typeof Reflect.get(value, name) === 'function'
  const isVersion = 'specificationVersion' in value && value.specificationVersion === 'v1'
  return isVersion && 'limits' in value && areLimits(value.limits) && ['plan', 'deliver', 'check', 'close'].every(isCallable)
}

function areLimits(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('maxMessagesPerRequest' in value)) return false
  const areRates = !('requestRates' in value) || requestRatesSchema.safeParse(value.requestRates).success
  return areRates && Number.isInteger(value.maxMessagesPerRequest) && Number(value.maxMessagesPerRequest) > 0
}

function isSubtotalApi(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return ['connections', 'purchases', 'webhooks'].every((name) => name in value && typeof Reflect.get(value, name) === 'object')
}
