import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import type { Role } from './authenticate.ts'
import { HttpError } from './http-error.ts'
import { readBody } from './read-body.ts'

const defaultLimitBytes = 65_536

/**
 * Reads the JSON body of a write; an empty one is `{}`. Refuses whoever is no operator; what a web page of another origin can send
 * without asking first: anything but `application/json`; and what the browser itself says comes from elsewhere.
 */
export async function readWrite(incoming: IncomingMessage, role: Role, limitBytes: number = defaultLimitBytes): Promise<unknown> {
  refuseForeignPages(incoming)
  if (role !== 'operator') throw new HttpError('ERR_FORBIDDEN', 'Only the RELAY_ADMIN_TOKEN may change anything.')
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? '')) {
    throw new HttpError('ERR_UNSUPPORTED_MEDIA_TYPE', 'Send the header "Content-Type: application/json".')
  }
  const body = await readBody(incoming, limitBytes)
  if (body === undefined) {
    throw new HttpError('ERR_BODY_TOO_LARGE', `The body is larger than ${limitBytes} bytes.`, { connection: 'close' })
  }
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return value
  } catch {
    throw new HttpError('ERR_BAD_REQUEST', 'The body is not JSON.')
  }
}

/** Checks a body that has few fields. Tells the names of fields, never a value. */
export function parseWrite<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new HttpError(
    'ERR_BAD_REQUEST',
    path === '' ? 'The body has a field that is not known, or is no object.' : `"${path}" is wrong.`,
  )
}

function refuseForeignPages({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (isForeign || !isOwnOrigin(headers.origin, headers.host)) {
    throw new HttpError('ERR_FORBIDDEN', 'Another web page may not change anything here.')
  }
}

/** The scheme is not compared: a proxy in front may speak TLS. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase()
}
