import got, { RequestError } from 'got'
import { loadConfig } from '../../config/load-config.ts'
import { mergeDotEnv, readEnvironment } from '../../config/read-environment.ts'
import { createLogger } from '../../observability/logger.ts'
import { createRelay } from '../../relay.ts'
import { type AdminClient, createAdminClient } from '../admin/admin-client.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { type ConfigurationOptions, configurationSource } from '../configuration-source.ts'
import { localUrl } from '../local-url.ts'

/** The relay that is to get the event. */
export interface RelayAtHand {
  readonly url: string
  /** Whether it runs in this process, for the proof alone. */
  readonly isOwn: boolean
  readonly admin: AdminClient
  close(): Promise<void>
}

const timeoutMs = 5_000

/**
 * The relay that runs at `RELAY_URL` or on this machine. Where nothing listens on this machine, one is started in this process with the settings of
 * the environment, so that the way can be proved before the relay is put to work.
 */
export async function relayAtHand(options: ConfigurationOptions, context: CommandContext): Promise<RelayAtHand> {
  const env = mergeDotEnv(context.env, context.cwd)
  const given = env['RELAY_URL']?.trim() || undefined
  const url = given ?? localUrl(readEnvironment(env, context.cwd))
  if (await answers(url)) return { url, isOwn: false, admin: createAdminClient({ url }, context), close: async () => undefined }
  if (given !== undefined) throw new CommandError('nothing listens at RELAY_URL. Start the relay there, or unset RELAY_URL.')
  const config = await loadConfig(configurationSource(options, context))
  // One event needs no thread of its own for the store, and starts sooner without.
  const relay = await createRelay(config, { logger: createLogger('silent'), hasStoreThread: false })
  const ownUrl = `http://127.0.0.1:${new URL(relay.url).port}`
  return { url: ownUrl, isOwn: true, admin: createAdminClient({ url: ownUrl }, context), close: () => relay.stop() }
}

async function answers(url: string): Promise<boolean> {
  try {
    await got(new URL('/healthz', url), { retry: { limit: 0 }, throwHttpErrors: false, timeout: { request: timeoutMs } })
    return true
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ECONNREFUSED') return false
    if (error instanceof RequestError)
      throw new CommandError(`the relay at ${new URL(url).origin} does not answer: ${error.code}.`)
    throw error
  }
}
