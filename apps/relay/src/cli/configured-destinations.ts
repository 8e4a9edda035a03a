import type { Connector } from '@subtotal-connectors/core'
import { ConfigurationError } from '../config/configuration-error.ts'
import { environmentDestinations } from '../config/environment-destinations.ts'
import { loadDestinations } from '../config/load-config.ts'
import { loadRelayFile } from '../config/load-relay-file.ts'
import { mergeDotEnv, readEnvironment } from '../config/read-environment.ts'
import type { ConfigurationSource } from './configuration-source.ts'

/**
 * The configured destinations; `undefined` when nothing at all is configured. Throws a `ConfigurationError` for a configuration
 * that is there and wrong.
 */
export async function configuredDestinations(
  source: ConfigurationSource,
): Promise<Readonly<Record<string, Connector>> | undefined> {
  try {
    return await loadDestinations(source)
  } catch (error) {
    if (error instanceof ConfigurationError && (await isNothingConfigured(source))) return undefined
    throw error
  }
}

async function isNothingConfigured({ env, cwd, configPath }: ConfigurationSource): Promise<boolean> {
  try {
    if ((await loadRelayFile(cwd, configPath)) !== undefined) return false
    return Object.keys(environmentDestinations(readEnvironment(mergeDotEnv(env, cwd), cwd))).length === 0
  } catch {
    return false
  }
}
