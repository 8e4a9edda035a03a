import type { Context, Hono } from 'hono'
import type { Clock } from '../../clock/clock.ts'
import type { Role, Tokens } from '../../http/authenticate.ts'
import { hasTokens, roleOfToken } from '../../http/authenticate.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import { readForeignForm, readForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import { createLoginThrottle } from '../session/login-throttle.ts'
import { requireSession } from '../session/require-session.ts'
import type { SessionBook } from '../session/session-book.ts'
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../session/session-cookie.ts'
import { loginPage } from './login-page.ts'
import { nextPath } from './login-path.ts'

/** What the login works with. */
export interface LoginOptions {
  readonly tokens: Tokens
  readonly sessions: SessionBook
  readonly clock: Clock
}

const formLimitBytes = 4_096

/** Adds `/login` and `/logout`. */
export function addLoginRoutes(routes: Hono<ConsoleEnvironment>, { tokens, sessions, clock }: LoginOptions): void {
  const throttle = createLoginThrottle(clock)

  /** Nothing is waited for between looking at the throttle and telling it, so that tries at once count one by one. */
  function tryToken(address: string, token: string): Role | { readonly waitMs: number } {
    const waitMs = throttle.waitMs(address)
    if (waitMs > 0) return { waitMs }
    const role = roleOfToken(token, tokens)
    if (role === undefined) {
      throttle.failed(address)
      return { waitMs: 0 }
    }
    throttle.succeeded(address)
    return role
  }

  routes.get('/login', (context) => {
    const next = context.req.query('next')
    if (!hasTokens(tokens) || sessions.read(readSessionCookie(context)) !== undefined)
      return context.redirect(nextPath(next), 303)
    return respond(context, loginPage(next))
  })

  routes.post('/login', async (context) => {
    const form = await readForeignForm(context.env.incoming, formLimitBytes)
    const next = form.get('next')
    const tried = tryToken(addressOf(context), form.get('token')?.trim() ?? '')
    const text = typeof tried === 'string' ? sessions.issue(tried) : undefined
    if (text !== undefined) {
      writeSessionCookie(context, text)
      return context.redirect(nextPath(next), 303)
    }
    if (typeof tried === 'string' || tried.waitMs === 0) {
      return respond(
        context,
        loginPage(next, 'This is neither the RELAY_ADMIN_TOKEN nor the RELAY_VIEWER_TOKEN of this relay.'),
        401,
      )
    }
    const seconds = Math.ceil(tried.waitMs / 1_000)
    context.header('retry-after', String(seconds))
    return respond(context, loginPage(next, `Too many wrong tokens. Try again in ${seconds} s.`), 429)
  })

  routes.post('/logout', requireSession(tokens, sessions), async (context) => {
    await readForm(context, formLimitBytes)
    clearSessionCookie(context)
    return context.redirect('/console/login', 303)
  })
}

function addressOf({ env }: Context<ConsoleEnvironment>): string {
  return env.incoming.socket.remoteAddress ?? ''
}
