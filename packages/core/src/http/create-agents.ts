import http from 'node:http'
import https from 'node:https'
import { OptionsError } from '../errors/options-error.ts'

/** The agents of one connector, for got. */
export interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

/** A proxy that has not opened a connection by then is given up, and its place with it. */
const tunnelTimeoutMs = 10_000

/**
 * Keep-alive agents with at most `maxSockets` sockets. `HTTPS_PROXY` and `NO_PROXY` are honoured by Node's own agent, which learned
 * it in 22.21 and 24.5; an older Node with such a variable is refused rather than sent around the proxy. So is a variable that Node
 * could not use. A proxy without a scheme is taken for `http://`, as curl does.
 * Source: https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function createAgents(maxSockets: number, env: NodeJS.ProcessEnv = process.env): Agents {
  const proxy = env['HTTPS_PROXY'] || env['https_proxy'] || ''
  const exceptions = env['NO_PROXY'] || env['no_proxy'] || ''
  const settings = { keepAlive: true, maxSockets, maxTotalSockets: maxSockets, scheduling: 'lifo' as const }
  const agents = (more: object) => ({ http: new http.Agent(settings), https: new https.Agent({ ...settings, ...more }) })
  if (proxy === '') return agents({})
  if (!knowsProxies(process.versions.node)) {
    throw new OptionsError(
      `HTTPS_PROXY is set, and Node.js ${process.versions.node} cannot use it: upgrade to 22.21, 24.5 or newer.`,
    )
  }
  const proxyEnv = { HTTPS_PROXY: toProxyUrl(proxy), ...(exceptions === '' ? {} : { NO_PROXY: exceptions }) }
  return agents({ proxyEnv, timeout: tunnelTimeoutMs })
}

/** The URL may hold a password, so no error shows it. */
function toProxyUrl(proxy: string): string {
  const text = proxy.includes('://') ? proxy : `http://${proxy}`
  if (!isProxyUrl(text)) {
    throw new OptionsError(
      'HTTPS_PROXY must be the http or https URL of a proxy, its user and password percent-encoded: http://proxy.example:3128.',
    )
  }
  return text
}

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text)
    decodeURIComponent(username + password)
    return protocol === 'http:' || protocol === 'https:'
  } catch {
    return false
  }
}

/** Whether this version's agents take `proxyEnv`. */
export function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}
