import got, { RequestError } from 'got'
import { z } from 'zod'
import { knock } from '../connect/knock.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

const timeoutMs = 5_000
const readySchema = z.object({
  status: z.enum(['ready', 'unavailable']),
  lanes: z.record(z.string(), z.object({ state: z.string(), reason: z.string().nullable() })),
  quarantined: z.number().nullable(),
})

/** The relay that runs, or could run, at this URL. */
export async function examineRelay(url: string): Promise<readonly Finding[]> {
  const check = 'relay'
  const answer = await ask(url)
  if (answer === undefined) return [ok(check, `None runs at ${url} now.`)]
  const ready = readySchema.safeParse(answer)
  if (!ready.success)
    return [fail(check, `What answers at ${url} is no relay.`, 'Set PORT to a free one, or RELAY_URL to where the relay is.')]
  const { status, lanes, quarantined } = ready.data
  const stopped = Object.entries(lanes).filter(([, { state }]) => state !== 'running')
  return [
    status === 'ready'
      ? ok(check, `One runs at ${url} and takes webhooks.`)
      : fail(check, `The one at ${url} takes no webhooks.`, 'Look into its log.'),
    ...stopped.map(([name, { state, reason }]) =>
      warn(
        check,
        `Its lane ${name} is ${state.replace('_', ' ')}${reason === null ? '' : ` (${reason})`}.`,
        `See why: subtotal-relay stats`,
      ),
    ),
    ...(quarantined !== null && quarantined > 0
      ? [warn(check, `${quarantined} webhooks were not understood.`, 'Look at them: subtotal-relay quarantine')]
      : []),
  ]
}

/** The JSON of `/readyz`, whatever else answers, or `undefined` where nothing listens. */
async function ask(url: string): Promise<unknown> {
  try {
    const { body } = await got(new URL('/readyz', url), {
      retry: { limit: 0 },
      throwHttpErrors: false,
      followRedirect: false,
      timeout: { request: timeoutMs },
    })
    const value: unknown = JSON.parse(body)
    return value
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ECONNREFUSED') return undefined
    return null
  }
}

/** Whether a relay answers where Subtotal posts to, and knows the secret. Stores nothing there. */
export async function examineWebhookUrl(url: string, secret: string | undefined): Promise<Finding> {
  const check = 'webhook url'
  if (!url.startsWith('https:') && !/^http:\/\/(127\.|localhost)/.test(url)) {
    return fail(
      check,
      `${url} is not https: what customers buy would be readable on the way.`,
      'Put a proxy with a certificate in front of the relay.',
    )
  }
  const answer = await knock(url, secret ?? 'doctor')
  switch (answer.kind) {
    case 'known':
      return ok(check, `A relay answers at ${url} and knows the signing secret.`)
    case 'unknown_secret':
      return fail(
        check,
        `The relay at ${url} does not know the signing secret that is set here.`,
        'Give both the same one, and start that relay again.',
      )
    case 'other':
      return fail(
        check,
        `What answers at ${url} is no relay (HTTP ${answer.status}).`,
        'Check the path, /webhooks/subtotal, and what the proxy does with it.',
      )
    case 'unreachable':
      return warn(
        check,
        `${url} cannot be reached from here: ${answer.reason}.`,
        'Subtotal has to reach it: name, certificate, firewall, proxy.',
      )
  }
}
