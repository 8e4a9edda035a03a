import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { ConfigurationError } from './configuration-error.ts'
import { environmentSubtotal } from './environment-subtotal.ts'
import type { LoadOptions } from './load-config.ts'
import { loadRelayFile } from './load-relay-file.ts'
import { mergeDotEnv, readEnvironment } from './read-environment.ts'

/**
 * Subtotal's API alone: needs no signing secret, not even the file that `SUBTOTAL_SIGNING_SECRET_FILE` names. `undefined` without a key.
 * Throws as `loadConfig` does.
 */
export async function loadSubtotal(options: LoadOptions): Promise<SubtotalApi | undefined> {
  const env = mergeDotEnv(options.env, options.cwd)
  const values = readEnvironment({ ...env, SUBTOTAL_SIGNING_SECRET: '', SUBTOTAL_SIGNING_SECRET_FILE: '' }, options.cwd)
  Object.assign(options.env, env)
  const definition = await loadRelayFile(options.cwd, options.configPath)
  return definition?.subtotal ?? environmentSubtotal(values)
}

/** {@link loadSubtotal}, for what cannot do without. */
export async function requireSubtotal(options: LoadOptions): Promise<SubtotalApi> {
  const api = await loadSubtotal(options)
  if (api !== undefined) return api
  throw new ConfigurationError(
    "SUBTOTAL_API_KEY is not set. Set it to a key of your Subtotal account, which opens Subtotal's own API.",
  )
}
