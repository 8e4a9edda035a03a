import got, { RequestError } from 'got'
import { z } from 'zod'
import { mergeDotEnv, readEnvironment } from '../../config/read-environment.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { localUrl } from '../local-url.ts'
import { toIngestUrl } from '../to-ingest-url.ts'
import { UsageError } from '../usage-error.ts'
import type { JsonOptions } from '../write-json.ts'

/** What every command that speaks to a running relay can be told. */
export interface AdminOptions extends JsonOptions {
  /** The relay. Default: `RELAY_URL`, or this machine's. */
  readonly url?: string
}

/** Speaks to a relay's admin API. Rejects with a `CommandError`, or a `UsageError` for what the relay calls a wrong request. */
export interface AdminClient {
  get(path: string, query?: Readonly<Record<string, string | number | boolean | undefined>>): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
}

const timeoutMs = 60_000
const refusalSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

/** A client for the relay that the options or the environment name, with `RELAY_ADMIN_TOKEN`, else `RELAY_VIEWER_TOKEN`, if one is set. */
export function createAdminClient({ url }: AdminOptions, { env, cwd }: CommandContext): AdminClient {
  const merged = mergeDotEnv(env, cwd)
  const values = readEnvironment(merged, cwd)
  const base = toIngestUrl(url ?? (merged['RELAY_URL'] || localUrl(values))).replace(/\/(webhooks\/subtotal)?\/?$/, '')
  const token = values.RELAY_ADMIN_TOKEN ?? values.RELAY_VIEWER_TOKEN
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }

  async function send(
    method: 'GET' | 'POST',
    path: string,
    more: { searchParams?: URLSearchParams; json?: object },
  ): Promise<unknown> {
    try {
      const response = await got(`${base}/api/v1${path}`, {
        method,
        headers,
        ...more,
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        timeout: { request: timeoutMs },
      })
      return readAnswer(response.statusCode, response.body)
    } catch (error) {
      if (error instanceof RequestError) throw new CommandError(`${base} does not answer: ${describe(error.code)}.`)
      throw error
    }
  }

  return {
    get: (path, query = {}) => send('GET', path, { searchParams: toSearch(query) }),
    post: (path, body) => send('POST', path, { json: body }),
  }
}

function toSearch(query: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search
}

function readAnswer(status: number, text: string): unknown {
  const body = tryJson(text)
  if (status >= 200 && status < 300 && body !== undefined) return body
  const refusal = refusalSchema.safeParse(body)
  if (!refusal.success) throw new CommandError(`the answer (HTTP ${status}) is not a relay's. Is this the URL of a relay?`)
  const { code, message } = refusal.data.error
  if (code === 'ERR_BAD_REQUEST') throw new UsageError(message)
  if (code === 'ERR_UNAUTHORIZED')
    throw new CommandError('the relay wants another token. Set RELAY_ADMIN_TOKEN to the relay’s own.')
  throw new CommandError(`${message} (${code})`)
}

function tryJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function describe(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there. Start the relay, or set RELAY_URL'
    case 'ENOTFOUND':
      return 'the host is not known'
    case 'ETIMEDOUT':
      return `no answer within ${timeoutMs / 1000} s`
    default:
      return code
  }
}
