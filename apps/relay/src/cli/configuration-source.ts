import type { CommandContext } from './command-context.ts'

/** The option that several commands share. */
export interface ConfigurationOptions {
  /** `--config`: a file to use instead of `relay.config.ts`. */
  readonly config?: string
}

/** Where a command's configuration comes from. */
export interface ConfigurationSource {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly configPath?: string
}

/** Where to load the configuration from: the environment, the caller's folder, and `--config`. */
export function configurationSource(options: ConfigurationOptions, context: CommandContext): ConfigurationSource {
  const { env, cwd } = context
  return options.config === undefined ? { env, cwd } : { env, cwd, configPath: options.config }
}
