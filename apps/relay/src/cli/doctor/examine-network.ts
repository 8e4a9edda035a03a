import type { Answer } from '@subtotal-connectors/core'
import { createHttpClient } from '@subtotal-connectors/core'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** A host that the relay has to reach. */
export interface Host {
  /** `klaviyo`, `subtotal`. */
  readonly name: string
  readonly origin: string
}

/** What was found of a host, and how far its clock is from ours; `undefined` where it did not say. */
export interface Reached {
  readonly finding: Finding
  readonly isReached: boolean
  readonly offsetMs: number | undefined
}

const timeoutMs = 10_000
const noticeableMs = 30_000
const harmfulMs = 3_600_000

/** Whether a host answers at all: name, route, TLS, proxy. Asks for `/` without a key. */
export async function reachHost(
  { name, origin }: Host,
  env: NodeJS.ProcessEnv,
  now: () => number,
  signal: AbortSignal,
): Promise<Reached> {
  const client = createHttpClient({ origin, headers: {}, maxSockets: 1, timeoutMs })
  const startedAt = now()
  try {
    const answer = await client.request('GET', '/', undefined, signal)
    if (answer.kind === 'no_answer') {
      const { message, remedy } = explain(answer.cause, origin, proxyOf(origin, env))
      return { finding: fail(name, message, remedy), isReached: false, offsetMs: undefined }
    }
    const date = Date.parse(answer.response.headers['date'] ?? '')
    // The header tells whole seconds, so on average half of one is missing.
    const offsetMs = Number.isNaN(date) ? undefined : (startedAt + now()) / 2 - (date + 500)
    const by = proxyOf(origin, env)
    return {
      finding: ok(name, `${origin} answers${by === undefined ? '' : ` through the proxy ${by}`}.`),
      isReached: true,
      offsetMs,
    }
  } finally {
    client.close()
  }
}

/** Whether this machine's clock goes as those of others do. */
export function examineClock(offsetsMs: readonly number[]): Finding {
  const sorted = offsetsMs.toSorted((one, other) => one - other)
  const offsetMs = sorted[Math.floor(sorted.length / 2)]
  if (offsetMs === undefined) return warn('clock', 'Nobody told the time, so the clock was not compared.')
  const off = `The clock is ${Math.round(Math.abs(offsetMs) / 1_000)} s ${offsetMs > 0 ? 'fast' : 'slow'}`
  const remedy = 'Let the machine keep its time: timedatectl set-ntp true, or chrony.'
  if (Math.abs(offsetMs) > harmfulMs) return fail('clock', `${off}: times of events and signatures are wrong.`, remedy)
  if (Math.abs(offsetMs) > noticeableMs) return warn('clock', `${off}.`, remedy)
  return ok('clock', 'It goes as those of the hosts that were asked.')
}

/** The proxy for an origin, without its credentials. */
function proxyOf(origin: string, env: NodeJS.ProcessEnv): string | undefined {
  const { protocol, hostname } = new URL(origin)
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const value = env[name] || env[name.toUpperCase()]
  const excepted = (env['no_proxy'] || env['NO_PROXY'] || '').split(/[\s,]+/).filter((one) => one !== '')
  const isExcepted = excepted.some((one) => one === '*' || hostname === one || hostname.endsWith(`.${one.replace(/^\*?\./, '')}`))
  if (value === undefined || value === '' || isExcepted || !URL.canParse(value)) return undefined
  return new URL(value).host
}

function explain(
  cause: Extract<Answer, { kind: 'no_answer' }>['cause'],
  origin: string,
  proxy: string | undefined,
): { readonly message: string; readonly remedy: string } {
  const { host } = new URL(origin)
  const by = proxy === undefined ? '' : ` through the proxy ${proxy}`
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(cause)) {
    return { message: `The name ${host} is not known${by} (${cause}).`, remedy: 'Check the DNS of this machine, and the name.' }
  }
  if (/CERT|SELF_SIGNED|VERIFY|TLS|SSL|EPROTO/.test(cause)) {
    return {
      message: `${host} shows a certificate that is not trusted (${cause}).`,
      remedy: 'Something in between may read along. If it is your own proxy, name its certificate in NODE_EXTRA_CA_CERTS.',
    }
  }
  if (/timeout/i.test(cause) || /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(cause)) {
    return {
      message: `${host} does not answer${by} (${cause}).`,
      remedy: 'Let the firewall pass it, or name your proxy in HTTPS_PROXY.',
    }
  }
  const advice = proxy === undefined ? 'Check the address, and whether a firewall refuses it.' : 'Check HTTPS_PROXY and NO_PROXY.'
  return { message: `${host} cannot be reached${by} (${cause}).`, remedy: advice }
}
