import assert from 'node:assert/strict'
import type { Plan, PlannedRequest } from '@subtotal-connectors/core'
import type { MockRequest } from '../../mock-destination/mock-server.ts'
import type { ConnectorCase } from '../connector-case.ts'
import { credentialsOf } from '../credentials-of.ts'
import { assertStatus, summaryOf } from '../expectations.ts'
import { countForThreeRequests, numberOf, numbersIn, suiteEvent, suiteEvents, withoutIdentifiers } from '../suite-events.ts'

/** Compares a plan with the requests that come in, header by header and byte by byte. */
export const planIsSent: ConnectorCase = {
  name: 'plans exactly what it sends, without the key, and sends nothing by planning',
  why: 'People look at a plan before they let events out, and share it: it must be true, complete, and hold no key.',
  async run({ mock, connect, apiKey }) {
    const connector = connect({ events: { 'account.connected': false } })
    const events = [...suiteEvents(countForThreeRequests(connector.limits)), withoutIdentifiers(suiteEvent(900_000))]
    const plan = connector.plan(events)
    const results = await connector.deliver(events)
    const planned = plan.requests.map((request) => fromPlan(request, mock.url)).toSorted()
    const sent = mock.requests.map(({ method, path, text }) => `${method} ${path} ${text}`).toSorted()
    assert.equal(sent.length, planned.length, `${planned.length} requests planned, ${sent.length} sent`)
    assert.deepEqual(sent, planned, 'a request is not sent as it was planned')

    for (const request of mock.requests) assertSameHeaders(plan, request)
    assertNoCredentials(plan, mock.requests, apiKey)
    const ids = new Map(events.map((event) => [event.id, numberOf(event)]))
    for (const { body, eventIds } of plan.requests) {
      const carried = [...numbersIn(JSON.stringify(body))].toSorted((a, b) => a - b)
      const named = eventIds.map((id) => ids.get(id) ?? -1).toSorted((a, b) => a - b)
      assert.deepEqual(named, carried, 'eventIds are not those of the events in the body')
    }
    for (const [index, event] of events.entries()) {
      const notSent = plan.notSent.filter(({ eventId }) => eventId === event.id)
      const isPlanned = plan.requests.some(({ eventIds }) => eventIds.includes(event.id))
      assert.equal(notSent.length + Number(isPlanned), 1, `event ${index} is planned and not sent, or neither`)
      if (isPlanned) assertStatus([event], results.slice(index, index + 1), 'delivered', `planned event ${index}`)
      else assert.equal(summaryOf(notSent[0]?.result), summaryOf(results[index]), `event ${index}, not to be sent`)
    }
  },
}

function fromPlan({ method, url, body }: PlannedRequest, origin: string): string {
  const { origin: planned, pathname, search } = new URL(url)
  assert.equal(planned, origin, 'the URL of a plan')
  return `${method} ${pathname}${search} ${JSON.stringify(body)}`
}

function assertSameHeaders(plan: Plan, { headers }: MockRequest): void {
  for (const [name, value] of Object.entries(plan.requests[0]?.headers ?? {})) {
    assert.equal(headers[name.toLowerCase()], value, `the header ${name} is not sent as planned`)
  }
}

function assertNoCredentials(plan: Plan, requests: readonly MockRequest[], apiKey: string): void {
  const text = JSON.stringify(plan)
  const secrets = [apiKey, ...requests.slice(0, 1).flatMap((request) => credentialsOf(request, plan))]
  assert.ok(!secrets.some((secret) => text.includes(secret)), 'the plan holds the key')
}
