import { loadConfig } from '../config/load-config.ts'
import { createRelay } from '../relay.ts'
import { aborted } from './aborted.ts'
import type { CommandContext } from './command-context.ts'
import type { ConfigurationOptions } from './configuration-source.ts'
import { configurationSource } from './configuration-source.ts'
import type { ExitCode } from './exit-code.ts'

/** `subtotal-relay start`: runs the relay until it is asked to end, then lets it finish what is in flight. */
export async function start(options: ConfigurationOptions, context: CommandContext): Promise<ExitCode> {
  const stop = context.stopSignal()
  const relay = await createRelay(await loadConfig(configurationSource(options, context)))
  await aborted(stop)
  await relay.stop()
  return 0
}
