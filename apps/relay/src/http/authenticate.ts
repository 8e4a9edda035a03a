import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'
import { isSameSecret } from './is-same-secret.ts'

/** Who asks. An operator may do everything, a viewer may read with people's data masked. */
export type Role = 'operator' | 'viewer'

/** The tokens that open the admin API. */
export interface Tokens {
  readonly adminToken?: string
  readonly viewerToken?: string
}

/** Headers that proxies and tunnels add: nginx, HAProxy, AWS, Cloudflare, Akamai, Fastly. */
const forwardingHeader =
  /^(forwarded|forwarded-for|via|x-forwarded.*|x-original-.*|x-real-ip|x-client-ip|x-cluster-client-ip|x-amzn-trace-id|cf-.*|cdn-loop|true-client-ip|fastly-client-ip)$/
const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
const loopbackAddress = /^(127\.|::1$|::ffff:127\.)/

/**
 * Who sent a request to the admin API; throws the refusal. Without any token only the machine itself may ask: from a loopback address, with a
 * loopback `Host` (so that no web page reaches it by DNS rebinding) and not through a proxy.
 */
export function authenticate(incoming: IncomingMessage, tokens: Tokens): Role {
  if (!hasTokens(tokens)) return authenticateLoopback(incoming)
  const given = /^Bearer +(\S+)\s*$/i.exec(incoming.headers.authorization ?? '')?.[1]
  const role = given === undefined ? undefined : roleOfToken(given, tokens)
  if (role !== undefined) return role
  throw new HttpError('ERR_UNAUTHORIZED', 'Send the header "Authorization: Bearer <RELAY_ADMIN_TOKEN>".', {
    'www-authenticate': 'Bearer',
  })
}

/** Whether anybody can show a token at all. */
export function hasTokens({ adminToken, viewerToken }: Tokens): boolean {
  return adminToken !== undefined || viewerToken !== undefined
}

/** Whose token this is; `undefined`: nobody's. */
export function roleOfToken(given: string, { adminToken, viewerToken }: Tokens): Role | undefined {
  if (adminToken !== undefined && isSameSecret(given, adminToken)) return 'operator'
  return viewerToken !== undefined && isSameSecret(given, viewerToken) ? 'viewer' : undefined
}

/** Whether this `Host` names the machine itself. */
export function isLoopbackHost(host: string | undefined): boolean {
  return loopbackHost.test(host ?? '')
}

/** Lets in the machine itself alone, as an operator: for a relay without tokens. Throws the refusal. */
export function authenticateLoopback(incoming: IncomingMessage): Role {
  const isDirect = !Object.keys(incoming.headers).some((name) => forwardingHeader.test(name))
  const isLoopback = isLoopbackHost(incoming.headers.host) && loopbackAddress.test(incoming.socket.remoteAddress ?? '')
  if (isDirect && isLoopback) return 'operator'
  throw new HttpError('ERR_FORBIDDEN', 'The admin API is closed to other machines until RELAY_ADMIN_TOKEN is set.')
}
