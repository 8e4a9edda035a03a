import type { Role } from '../../../src/http/authenticate.ts'
import { tokens } from './seeded-relay.ts'

/** A session, as the browser keeps it. */
export interface SessionCookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly path: string
  readonly httpOnly: boolean
  readonly sameSite: 'Strict'
}

const known = new Map<string, Promise<SessionCookie>>()

/** A session of a relay, made by logging in once. */
export function sessionCookie(relayUrl: string, role: Role): Promise<SessionCookie> {
  const key = `${relayUrl} ${role}`
  const found = known.get(key) ?? logIn(relayUrl, role === 'operator' ? tokens.adminToken : tokens.viewerToken)
  known.set(key, found)
  return found
}

async function logIn(relayUrl: string, token: string): Promise<SessionCookie> {
  const response = await fetch(`${relayUrl}/console/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ token }),
  })
  const [, name = '', value = ''] = /^(\w+)=([^;]+)/.exec(response.headers.get('set-cookie') ?? '') ?? []
  return { name, value, domain: new URL(relayUrl).hostname, path: '/console', httpOnly: true, sameSite: 'Strict' }
}
