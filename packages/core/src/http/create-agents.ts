import http from 'node:http'
import https from 'node:https'
import { OptionsError } from '../errors/options-error.ts'

/** The agents of one connector, for got. */
export interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

/**
 * Keep-alive agents with at most `maxSockets` sockets. `HTTPS_PROXY` and `NO_PROXY` are honoured by Node's own agent, which learned
 * it in 22.21 and 24.5; an older Node with such a variable is refused rather than sent around the proxy.
 * Source: https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function createAgents(maxSockets: number, env: NodeJS.ProcessEnv = process.env): Agents {
  const { HTTPS_PROXY = env['https_proxy'], NO_PROXY = env['no_proxy'] } = env
  const settings = { keepAlive: true, maxSockets, maxTotalSockets: maxSockets, scheduling: 'lifo' as const }
  const agents = (proxy: object) => ({ http: new http.Agent(settings), https: new https.Agent({ ...settings, ...proxy }) })
  if (HTTPS_PROXY === undefined || HTTPS_PROXY === '') return agents({})
  if (!knowsProxies(process.versions.node)) {
    throw new OptionsError(
      `HTTPS_PROXY is set, and Node.js ${process.versions.node} cannot use it: upgrade to 22.21, 24.5 or newer.`,
    )
  }
  return agents({ proxyEnv: { HTTPS_PROXY, ...(NO_PROXY === undefined ? {} : { NO_PROXY }) } })
}

/** Whether this version's agents take `proxyEnv`. */
export function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}
