import type { CheckRequest, CheckResult, DestinationResponse } from '@subtotal-connectors/core'
import { z } from 'zod'
import { checkNotes } from './check-notes.ts'
import { accountsPath, eventPath, klaviyoRevision } from './klaviyo-api.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'
import { parseKlaviyoErrors } from './klaviyo-error.ts'

const accountsSchema = z.object({
  data: z.array(z.object({ id: z.string(), attributes: z.object({ test_account: z.boolean().nullish() }).nullish() })).min(1),
})

type Request = (request: CheckRequest) => Promise<DestinationResponse>

/**
 * Reads the account of the key, then posts an event without metric and profile, which Klaviyo must refuse: with 400 when the key
 * may write events, with 401 or 403 when it may not. Creates nothing.
 */
export async function checkKlaviyo(request: Request, options: KlaviyoConnectorOptions): Promise<CheckResult> {
  const account = readAccount(await request({ method: 'GET', path: accountsPath }))
  if (account.problems.length > 0) return { ok: false, ...account, notes: checkNotes(options) }
  const writing = readWriting(
    await request({ method: 'POST', path: eventPath, body: { data: { type: 'event', attributes: {} } } }),
  )
  const problems = writing.problems
  return {
    ok: problems.length === 0,
    proved: [...account.proved, ...writing.proved],
    problems,
    notes: [...account.notes, ...checkNotes(options)],
  }
}

type Findings = Omit<CheckResult, 'ok'>

function readAccount(response: DestinationResponse): Findings {
  const accounts = accountsSchema.safeParse(response.json)
  if (response.status === 200 && accounts.success) {
    const [account] = accounts.data.data
    const notes = account?.attributes?.test_account === true ? ['It is a test account.'] : []
    return findings({ proved: [`Klaviyo knows the API key: it belongs to account ${account?.id}.`], notes })
  }
  if (response.status === 403) {
    return findings({ notes: ['The API key lacks the scope accounts:read, so its account is not known. Events do not need it.'] })
  }
  return findings({ problems: [problemOf(response, 'the account of the API key')] })
}

function readWriting(response: DestinationResponse): Findings {
  if (response.status === 400 && !isAboutKey(response)) {
    return findings({
      proved: [
        `${eventPath} answers under revision ${klaviyoRevision} and refused an incomplete event for its content, not for the API key.`,
      ],
    })
  }
  if (response.status === 403)
    return findings({ problems: ['The API key lacks the scope events:write. Make a key that has it.'] })
  return findings({ problems: [problemOf(response, 'an event')] })
}

function problemOf(response: DestinationResponse, what: string): string {
  const { status } = response
  if (status === 401 || isAboutKey(response))
    return `Klaviyo refused the API key (HTTP ${status}). Set apiKey to a private key (pk_…) of the account.`
  if (status === 410)
    return `Klaviyo has retired revision ${klaviyoRevision} (HTTP 410). Install a newer @subtotal-connectors/klaviyo.`
  if (status === 429) return 'Klaviyo limits the rate of checks (HTTP 429). Try again in a minute.'
  if (status >= 500) return `Klaviyo is not available (HTTP ${status}). Try again later.`
  return `The answer about ${what} was not Klaviyo's (HTTP ${status}). Check baseUrl.`
}

function isAboutKey(response: DestinationResponse): boolean {
  return parseKlaviyoErrors(response.json).some(({ code }) => code === 'authentication_failed' || code === 'not_authenticated')
}

function findings(found: Partial<Findings>): Findings {
  return { proved: [], problems: [], notes: [], ...found }
}
