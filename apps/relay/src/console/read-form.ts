import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { HttpError } from '../http/http-error.ts'
import { isSameSecret } from '../http/is-same-secret.ts'
import { readBody } from '../http/read-body.ts'
import { csrfField } from './components/post-form.ts'
import type { ConsoleEnvironment } from './console-environment.ts'

const defaultLimitBytes = 65_536

/** Reads a form that a page of this console made for this session. Anything else is refused, as is whoever is no operator. */
export async function readOperatorForm(
  context: Context<ConsoleEnvironment>,
  limitBytes: number = defaultLimitBytes,
): Promise<URLSearchParams> {
  if (context.get('session').role !== 'operator')
    throw new HttpError('ERR_FORBIDDEN', 'Only an operator may do this. Log in with the RELAY_ADMIN_TOKEN.')
  return readForm(context, limitBytes)
}

/** As {@link readOperatorForm}, of viewers too: for what changes nothing and shows nobody's data. */
export async function readForm(
  context: Context<ConsoleEnvironment>,
  limitBytes: number = defaultLimitBytes,
): Promise<URLSearchParams> {
  const form = await readForeignForm(context.env.incoming, limitBytes)
  if (!isSameSecret(form.get(csrfField) ?? '', context.get('session').csrfToken)) {
    throw new HttpError(
      'ERR_FORBIDDEN',
      'This form is from an earlier session. Go back, load the page again, and send it once more.',
    )
  }
  return form
}

/** Reads a form without a session, as the login is. Refuses what the browser says comes from another site. */
export async function readForeignForm(
  incoming: IncomingMessage,
  limitBytes: number = defaultLimitBytes,
): Promise<URLSearchParams> {
  refuseForeignPages(incoming)
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(incoming.headers['content-type'] ?? '')) {
    throw new HttpError(
      'ERR_UNSUPPORTED_MEDIA_TYPE',
      'This page takes the forms of the console alone. For programs there is /api/v1.',
    )
  }
  const body = await readBody(incoming, limitBytes)
  if (body === undefined) {
    throw new HttpError('ERR_BODY_TOO_LARGE', `The form holds more than ${limitBytes} bytes.`, { connection: 'close' })
  }
  return new URLSearchParams(body.toString('utf8'))
}

/**
 * The pages send no referrer, and so a browser sends `Origin: null` with their forms: it is `Sec-Fetch-Site` that tells. Browsers send it
 * over TLS and to the machine itself, where alone the session's cookie is kept too.
 */
function refuseForeignPages({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  if (site !== undefined) throw new HttpError('ERR_FORBIDDEN', 'Another web page may not send forms to the console.')
  if (headers.origin === undefined || isOwnOrigin(headers.origin, headers.host)) return
  throw new HttpError(
    'ERR_FORBIDDEN',
    'The browser does not say which page this form is from. Open the console over https, or on the machine itself.',
  )
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase()
}
