import { parseSecrets } from '../config/parse-settings.ts'
import { mergeDotEnv, readEnvironment } from '../config/read-environment.ts'
import type { CommandContext } from './command-context.ts'
import { toIngestUrl } from './to-ingest-url.ts'

/** Where `send` posts to, and what it signs with. */
export interface SendSettings {
  readonly ingestUrl: string
  readonly secret: string
}

const defaultUrl = 'http://127.0.0.1:8080'

/**
 * The relay's URL from `--url`, else `RELAY_URL`, else this machine's; the signing secret from the same variables, files and
 * `.env` as the relay's, the first when there are several.
 */
export function readSendSettings(url: string | undefined, { env, cwd }: CommandContext): SendSettings {
  const merged = mergeDotEnv(env, cwd)
  const ingestUrl = toIngestUrl(url ?? (merged['RELAY_URL'] || defaultUrl))
  const [secret = ''] = parseSecrets(readEnvironment(merged, cwd).SUBTOTAL_SIGNING_SECRET)
  return { ingestUrl, secret }
}
