import type { CheckRequest, CheckResult, DestinationResponse } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { parseBrazeAnswer } from './braze-answer.ts'
import type { BrazeConnectorOptions } from './braze-connector-options.ts'
import { checkNotes } from './check-notes.ts'
import { trackPath } from './to-braze-request.ts'

/**
 * Finds out whether key, instance and permission are right by a request without any object, which Braze refuses with 400 once
 * it has let the key pass: nothing is created.
 * Source of the answers: https://www.braze.com/docs/api/errors.
 */
export async function checkBraze(
  request: (request: CheckRequest) => Promise<DestinationResponse>,
  options: BrazeConnectorOptions,
  origin: string,
): Promise<CheckResult> {
  const verdict = await ask(request, origin)
  return { ok: verdict.problems.length === 0, ...verdict, notes: checkNotes(options) }
}

type Verdict = Pick<CheckResult, 'proved' | 'problems'>

async function ask(request: (request: CheckRequest) => Promise<DestinationResponse>, origin: string): Promise<Verdict> {
  try {
    return read(await request({ method: 'POST', path: trackPath, body: { attributes: [], events: [] } }), origin)
  } catch (error) {
    if (!ConnectorError.isInstance(error)) throw error
    return problem(error.message)
  }
}

function read({ status, json }: DestinationResponse, origin: string): Verdict {
  const isSuccess = status >= 200 && status < 300
  if ((isSuccess || status === 400) && parseBrazeAnswer(json) !== undefined) {
    const proof = `${origin} knows the API key and lets it use ${trackPath}: it answered a request without data with ${status}.`
    return { proved: [proof], problems: [] }
  }
  switch (status) {
    case 401:
      return problem(
        `${origin} does not know the API key. Check apiKey, and instance or baseUrl: a key works on its own instance alone.`,
      )
    case 403:
      return problem(
        'The API key may not send. It needs the permission users.track, which cannot be added to an existing key: make a new one. ' +
          "Check the key's IP allowlist and that the account is active too.",
      )
    case 404:
      return problem(`${origin} has no ${trackPath}: check instance or baseUrl.`)
    case 429:
      return problem(`${origin} limits the rate of requests just now, so nothing could be proved. Try again later.`)
    default:
      return problem(
        `${origin} answered ${status}, which is not how Braze answers a request without data: nothing could be proved.`,
      )
  }
}

function problem(sentence: string): Verdict {
  return { proved: [], problems: [sentence] }
}
