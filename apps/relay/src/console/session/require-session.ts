import { randomBytes } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import type { Tokens } from '../../http/authenticate.ts'
import { authenticateLoopback, hasTokens } from '../../http/authenticate.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import { loginPath } from '../login/login-path.ts'
import type { SessionBook } from './session-book.ts'
import { readSessionCookie } from './session-cookie.ts'

/**
 * Lets nobody past without a session; who has none is sent to the login. Without any token the machine itself needs none, as in the
 * admin API.
 */
export function requireSession(tokens: Tokens, sessions: SessionBook): MiddlewareHandler<ConsoleEnvironment> {
  const csrfToken = randomBytes(32).toString('base64url')
  return async (context, next) => {
    const { incoming } = context.env
    if (!hasTokens(tokens)) {
      context.set('session', { role: authenticateLoopback(incoming), csrfToken, isLoggedIn: false })
      return next()
    }
    const session = sessions.read(readSessionCookie(context))
    if (session !== undefined) {
      context.set('session', session)
      return next()
    }
    // A browser does not send the cookie when a link elsewhere leads here; asked again by this page it does.
    if (context.req.method === 'GET' && incoming.headers['sec-fetch-site'] === 'cross-site') {
      return context.html(
        html`<!doctype html><html lang="en"><head><title>Subtotal relay</title><meta http-equiv="refresh" content="0"></head></html>`,
      )
    }
    const { pathname, search } = new URL(context.req.url)
    return context.redirect(loginPath(context.req.method === 'GET' ? `${pathname}${search}` : undefined), 303)
  }
}
