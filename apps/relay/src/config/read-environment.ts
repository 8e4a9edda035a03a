import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { errorCodeOf } from '../observability/error-code-of.ts'
import { ConfigurationError } from './configuration-error.ts'
import type { EnvironmentName } from './environment.ts'
import { environmentVariables } from './environment.ts'

/** The variables that are set, by name. */
export type Environment = Readonly<Partial<Record<EnvironmentName, string>>>

/** The process' variables, and those of `.env` that the process does not have or has empty: empty counts as not set. */
export function mergeDotEnv(env: NodeJS.ProcessEnv, cwd: string): NodeJS.ProcessEnv {
  const merged = { ...env }
  for (const [name, value] of Object.entries(readDotEnv(resolve(cwd, '.env')))) {
    if ((merged[name] ?? '').trim() === '') merged[name] = value
  }
  return merged
}

/**
 * Reads {@link environmentVariables}; empty counts as not set. A secret may be in a file named by `<name>_FILE`: its line ends at the
 * end are not part of it. Throws a `ConfigurationError` when the file cannot be read, or when both are set.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, cwd: string): Environment {
  const values: Partial<Record<string, string>> = {}
  for (const { name, secret } of environmentVariables) {
    const value = (secret ? readSecret(env, name, cwd) : env[name])?.trim()
    if (value !== undefined && value !== '') values[name] = value
  }
  return values
}

function readSecret(env: NodeJS.ProcessEnv, name: string, cwd: string): string | undefined {
  const value = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (file === undefined) return value
  if (value !== undefined) throw new ConfigurationError(`${name} and ${name}_FILE are both set. Remove one of them.`)
  const content = readSecretFile(resolve(cwd, file), name).trim()
  if (content === '') throw new ConfigurationError(`The file that ${name}_FILE names is empty. Write the secret into it.`)
  return content
}

function readSecretFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(
      `${name}_FILE names ${path}, which cannot be read (${errorCodeOf(error)}). Give the path of a file that the relay may read.`,
    )
  }
}

function readDotEnv(path: string): NodeJS.ProcessEnv {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || errorCodeOf(error) === 'EISDIR') return {}
    throw new ConfigurationError(`${path} cannot be read (${errorCodeOf(error)}). Make it readable for the relay, or remove it.`)
  }
}
