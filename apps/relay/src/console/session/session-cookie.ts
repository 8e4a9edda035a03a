import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { isLoopbackHost } from '../../http/authenticate.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import { sessionMs } from './session-book.ts'

const name = 'relay_console'

/** The session's text, as the browser sent it. */
export function readSessionCookie(context: Context<ConsoleEnvironment>): string {
  return getCookie(context, name) ?? ''
}

/** Has the browser keep the session for its time, and send it to the console alone. */
export function writeSessionCookie(context: Context<ConsoleEnvironment>, text: string): void {
  setCookie(context, name, text, { ...attributes(context), maxAge: sessionMs / 1_000 })
}

/** Has the browser forget the session. */
export function clearSessionCookie(context: Context<ConsoleEnvironment>): void {
  setCookie(context, name, '', { ...attributes(context), maxAge: 0 })
}

/** On the machine itself there may be no TLS. */
function attributes({ env }: Context<ConsoleEnvironment>): CookieOptions {
  const secure = !isLoopbackHost(env.incoming.headers.host)
  return { path: '/console', httpOnly: true, sameSite: 'Strict', secure }
}
