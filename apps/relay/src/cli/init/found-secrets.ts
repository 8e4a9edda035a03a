import { ConfigurationError } from '../../config/configuration-error.ts'
import type { EnvironmentName } from '../../config/environment.ts'
import type { CommandContext } from '../command-context.ts'
import type { PlannedSecret } from './init-plan.ts'

/** The secret that the environment has: itself, or the name of its file. A `.env` that is there is to be replaced, and not read. */
export function foundSecret(name: EnvironmentName, { env }: Pick<CommandContext, 'env'>): PlannedSecret {
  const value = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (value !== undefined && file !== undefined) {
    throw new ConfigurationError(`${name} and ${name}_FILE are both set. Remove one of them.`)
  }
  if (file !== undefined) return { file }
  return value === undefined ? undefined : { value }
}
