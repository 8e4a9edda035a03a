import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Failure, MockRequest } from '../../mock-destination/mock-server.ts'
import { collectOutput } from '../collect-output.ts'
import type { ConnectorCase, SuiteContext } from '../connector-case.ts'
import { credentialsOf } from '../credentials-of.ts'
import { suiteEvents } from '../suite-events.ts'

const statuses = [200, 201, 202, 207, 302, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503]

/** Answers of every status that repeat what was sent, as text and in the places where vendors put their words. */
export const redaction: ConnectorCase = {
  name: 'keeps the key and people’s data out of everything it returns and prints',
  why: 'Results are logged, stored and shown. Destinations repeat in their answers what they were sent, the key among it.',
  async run({ mock, connect, apiKey }) {
    const connector = connect()
    const events = suiteEvents(7)
    await connector.deliver(events)
    await connector.check()
    const sent = [...mock.requests]
    const secrets = [apiKey, ...sent.flatMap((request) => credentialsOf(request, connector.plan(events)))]
    const sensitive = [...new Set([...secrets, ...events.flatMap(personalValues)])]

    const printed = await collectOutput(async () => {
      for (const failure of failures(sent, sensitive)) {
        mock.clear()
        mock.fail(failure, { times: Infinity })
        const results = await connector.deliver(events)
        const situation = failure.kind === 'answer' ? `HTTP ${failure.status} that repeats the request` : failure.kind
        assertClean([...results, await connector.check()], sensitive, situation)
        mock.recover()
      }
    })
    assertClean(printed, sensitive, 'the console')
    assertClean([optionsError(connect, apiKey)], [apiKey], 'the error of a wrong option')
  },
}

function failures(requests: readonly MockRequest[], sensitive: readonly string[]): readonly Failure[] {
  const answers = echoes(requests, sensitive).flatMap((body) =>
    statuses.map((status): Failure => ({ kind: 'answer', status, body })),
  )
  return [...answers, { kind: 'reset' }, { kind: 'truncated' }]
}

/** What was sent, as text, and wherever destinations put their words. */
function echoes(requests: readonly MockRequest[], sensitive: readonly string[]): readonly unknown[] {
  const request = requests.map(({ headers, text }) => `${JSON.stringify(headers)} ${text}`).join('\n')
  const said = sensitive.join(' ; ')
  const words = { message: said, error: said, detail: said, title: said, reason: said, type: said, description: said }
  const place = { index: 0, batch_index: 0, input_array: 'events', source: { pointer: '/data/attributes' } }
  return [
    request,
    said,
    { ...words, errors: [{ ...words, ...place, code: 'invalid' }, said], meta: { error: said, errors: [said] } },
    { error: words, errors: said, data: [words], results: [words, said], echo: sensitive },
  ]
}

function personalValues(event: SubtotalEvent): readonly string[] {
  const { connection_id: _, ...profile } = 'profile' in event ? event.profile : { connection_id: '' }
  return [...Object.values(event.customer), ...Object.values(profile)].map(String)
}

function optionsError(connect: SuiteContext['connect'], apiKey: string): unknown {
  try {
    connect({ concurrency: -1, baseUrl: `https://user:${apiKey}@shoppers.example/path` })
    return undefined
  } catch (error) {
    return error
  }
}

function assertClean(values: readonly unknown[], sensitive: readonly string[], situation: string): void {
  for (const value of values) {
    const text = [JSON.stringify(value), inspect(value, { depth: Infinity, showHidden: true, getters: true }), String(value)]
      .join('\n')
      .toLowerCase()
    const leak = sensitive.findIndex((one) => text.includes(one.toLowerCase()))
    assert.ok(leak === -1, `${situation} holds ${leak === 0 ? 'the key' : JSON.stringify(sensitive[leak])}`)
  }
}
