import { parseSecrets } from '../config/parse-settings.ts'
import { mergeDotEnv, readEnvironment } from '../config/read-environment.ts'
import type { CommandContext } from './command-context.ts'
import { localUrl } from './local-url.ts'
import { toIngestUrl } from './to-ingest-url.ts'

/** Where `send` posts to, and what it signs with. */
export interface SendSettings {
  readonly ingestUrl: string
  readonly secret: string
}

/**
 * The relay's URL from `--url`, else `RELAY_URL`, else this machine's at `PORT`; the signing secret from the same variables, files and
 * `.env` as the relay's, the first when there are several.
 */
export function readSendSettings(url: string | undefined, { env, cwd }: CommandContext): SendSettings {
  const merged = mergeDotEnv(env, cwd)
  const values = readEnvironment(merged, cwd)
  const ingestUrl = toIngestUrl(url ?? (merged['RELAY_URL'] || localUrl(values)))
  const [secret = ''] = parseSecrets(values.SUBTOTAL_SIGNING_SECRET)
  return { ingestUrl, secret }
}
