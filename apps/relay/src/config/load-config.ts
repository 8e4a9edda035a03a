import type { Connector } from '@subtotal-connectors/core'
import { parseEncryptionKeys } from '../encryption/encryption-keys.ts'
import { refuseRetention } from '../retention/retention-settings.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { RelayDefinition } from './define-relay.ts'
import { environmentDestinations } from './environment-destinations.ts'
import { environmentRetention } from './environment-retention.ts'
import { environmentSubtotal } from './environment-subtotal.ts'
import { loadRelayFile } from './load-relay-file.ts'
import {
  checkToken,
  parseAlertUrl,
  parseEnrichment,
  parseInteger,
  parseListen,
  parseLogLevel,
  parseSecrets,
  parseStore,
  parseStoreConnections,
} from './parse-settings.ts'
import type { Environment } from './read-environment.ts'
import { mergeDotEnv, readEnvironment } from './read-environment.ts'
import type { RelayConfig } from './relay-config.ts'

export type { RelayConfig } from './relay-config.ts'

/** Where configuration is looked for. */
export interface LoadOptions {
  readonly env: NodeJS.ProcessEnv
  /** Paths, `.env` and `relay.config.ts` are relative to it. */
  readonly cwd: string
  /** Instead of `relay.config.ts` in the working folder. */
  readonly configPath?: string
}

const mebibyte = 1024 * 1024
const defaultStore = 'sqlite:./data/relay.db'
const msPerSecond = 1_000

/**
 * The relay's configuration: from the environment, from `.env` for what the environment does not have, and from `relay.config.ts`.
 * Throws a `ConfigurationError` whose message names the variable and the fix.
 */
export async function loadConfig(options: LoadOptions): Promise<RelayConfig> {
  const env = mergeDotEnv(options.env, options.cwd)
  const values = readEnvironment(env, options.cwd)
  const settings = {
    host: values.HOST ?? '127.0.0.1',
    port: parseInteger('PORT', values.PORT ?? '8080', 0, 65_535),
    logLevel: parseLogLevel(values.LOG_LEVEL ?? 'info'),
    store: parseStore(values.RELAY_STORE ?? defaultStore, options.cwd),
    storeConnections: parseStoreConnections(values.RELAY_STORE_CONNECTIONS ?? '10'),
    ...(values.RELAY_STORE_LISTEN === undefined ? {} : { storeListen: parseListen(values.RELAY_STORE_LISTEN) }),
    bodyLimitBytes: parseInteger('RELAY_BODY_LIMIT', values.RELAY_BODY_LIMIT ?? String(mebibyte), 1, 64 * mebibyte),
    signatureToleranceMs:
      msPerSecond * parseInteger('SUBTOTAL_SIGNATURE_TOLERANCE', values.SUBTOTAL_SIGNATURE_TOLERANCE ?? '86400', 0, 31_536_000),
    signingSecrets: parseSecrets(values.SUBTOTAL_SIGNING_SECRET),
    ...tokens(values),
    ...limits(values),
  }
  const definition = await loadDefinition(options, env, values)
  const subtotal = definition.subtotal ?? environmentSubtotal(values)
  return {
    ...settings,
    ...definition,
    ...(subtotal === undefined ? {} : { subtotal }),
    ...enrichment(values, subtotal),
    ...retention(values, definition.retention, settings.signatureToleranceMs),
  }
}

/** The destinations alone, for looking at them: needs no signing secret and no store. Throws as {@link loadConfig} does. */
export async function loadDestinations(options: LoadOptions): Promise<Readonly<Record<string, Connector>>> {
  const env = mergeDotEnv(options.env, options.cwd)
  const { destinations } = await loadDefinition(options, env, readEnvironment(env, options.cwd))
  return destinations
}

/** The store's place alone, as in {@link RelayConfig}: needs no signing secret and no destination. Throws as {@link loadConfig} does. */
export function loadStore(options: LoadOptions): string {
  const values = readEnvironment(mergeDotEnv(options.env, options.cwd), options.cwd)
  return parseStore(values.RELAY_STORE ?? defaultStore, options.cwd)
}

async function loadDefinition(options: LoadOptions, env: NodeJS.ProcessEnv, values: Environment): Promise<RelayDefinition> {
  // A relay.config.ts reads its keys from the environment, and those in .env are meant for it too.
  Object.assign(options.env, env)
  const definition = await loadRelayFile(options.cwd, options.configPath)
  const found = definition ?? { destinations: environmentDestinations(values) }
  if (Object.keys(found.destinations).length > 0) return found
  throw new ConfigurationError(
    definition === undefined
      ? 'No destination is configured. Set BRAZE_API_KEY, KLAVIYO_API_KEY or CUSTOMERIO_API_KEY, or write a relay.config.ts.'
      : 'relay.config.ts has no destination. Add one to "destinations".',
  )
}

function tokens(values: Environment): Pick<RelayConfig, 'adminToken' | 'viewerToken'> {
  const { RELAY_ADMIN_TOKEN: adminToken, RELAY_VIEWER_TOKEN: viewerToken } = values
  for (const name of ['RELAY_ADMIN_TOKEN', 'RELAY_VIEWER_TOKEN'] as const) checkToken(name, values[name])
  if (adminToken !== undefined && adminToken === viewerToken) {
    throw new ConfigurationError('RELAY_ADMIN_TOKEN and RELAY_VIEWER_TOKEN are the same. Give the viewers a token of their own.')
  }
  return { ...(adminToken === undefined ? {} : { adminToken }), ...(viewerToken === undefined ? {} : { viewerToken }) }
}

/** What the file says wins over the environment. */
function retention(
  values: Environment,
  definition: RelayDefinition['retention'],
  toleranceMs: number,
): Pick<RelayConfig, 'retention'> {
  const given = { ...environmentRetention(values), ...definition }
  const problem = refuseRetention(given, toleranceMs)
  if (problem !== undefined) throw new ConfigurationError(problem)
  return Object.keys(given).length === 0 ? {} : { retention: given }
}

/** Without Subtotal's API a wish to fetch something would be forgotten in silence. */
function enrichment(values: Environment, subtotal: RelayConfig['subtotal']): Pick<RelayConfig, 'enrichment'> {
  if (values.RELAY_ENRICH === undefined) return {}
  const settings = parseEnrichment(values.RELAY_ENRICH)
  if (subtotal === undefined && (settings.purchases || settings.contacts)) {
    throw new ConfigurationError('RELAY_ENRICH is set and SUBTOTAL_API_KEY is not. Set the key too, or remove RELAY_ENRICH.')
  }
  return { enrichment: settings }
}

function limits(values: Environment): Pick<RelayConfig, 'minFreeBytes' | 'alerts' | 'encryption'> {
  const { RELAY_ENCRYPTION_KEY: keys, RELAY_MIN_FREE_BYTES: minFreeBytes, RELAY_ALERT_URL: url } = values
  const maxDueMs = msPerSecond * parseInteger('RELAY_ALERT_AGE', values.RELAY_ALERT_AGE ?? '900', 1, 31_536_000)
  return {
    ...(minFreeBytes === undefined
      ? {}
      : { minFreeBytes: parseInteger('RELAY_MIN_FREE_BYTES', minFreeBytes, 0, Number.MAX_SAFE_INTEGER) }),
    ...(keys === undefined ? {} : { encryption: parseEncryptionKeys(keys) }),
    ...(url === undefined ? {} : { alerts: { url: parseAlertUrl(url), maxDueMs } }),
  }
}
