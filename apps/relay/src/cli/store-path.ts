import { resolve } from 'node:path'
import { loadStore } from '../config/load-config.ts'
import type { CommandContext } from './command-context.ts'

/** The store's file, by `RELAY_STORE`. Throws a `ConfigurationError` that names the variable. */
export function storePath({ env, cwd }: CommandContext): string {
  return loadStore({ env, cwd }).replace(/^sqlite:/, '')
}

/** A path that a person gave, from the caller's folder. */
export function givenPath(path: string, { cwd }: CommandContext): string {
  return resolve(cwd, path)
}
