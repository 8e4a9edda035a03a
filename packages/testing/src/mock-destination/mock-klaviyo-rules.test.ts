import { describe, expect, it } from 'vitest'
import { event, job, jobPath, type KlaviyoCase } from './__fixtures__/klaviyo-bodies.ts'
import { klaviyoEventCases } from './__fixtures__/klaviyo-event-cases.ts'
import { klaviyoRequestCases } from './__fixtures__/klaviyo-request-cases.ts'
import { createMockKlaviyo } from './mock-klaviyo.ts'
import { createKlaviyoJudge } from './mock-klaviyo-judge.ts'
import { type KlaviyoRules, klaviyoRules } from './mock-klaviyo-rules.ts'
import { toKlaviyoSettings } from './mock-klaviyo-settings.ts'
import type { MockAnswer, MockRequest } from './mock-server.ts'

const now = () => Date.UTC(2026, 10, 20, 12)
const headers = {
  authorization: 'Klaviyo-API-Key pk_test',
  revision: '2026-07-15',
  'content-type': 'application/vnd.api+json',
}
const cases: readonly KlaviyoCase[] = [...klaviyoRequestCases, ...klaviyoEventCases]
const allRules = Object.values(klaviyoRules).flat()

describe('the rules of the mock Klaviyo', () => {
  it('are at least 25, each with another name, a source and a case here', () => {
    const names = allRules.map((rule) => rule.name)
    expect(names.length).toBeGreaterThanOrEqual(25)
    expect(new Set(names).size).toBe(names.length)
    expect(allRules.filter((rule) => !rule.source.startsWith('https://'))).toEqual([])
    expect(cases.map((one) => one.rule)).toEqual(names)
  })

  it('let through a right event and a right job', async () => {
    const mock = await createMockKlaviyo({ now })
    expect(await send(mock.url, { rule: 'none', status: 202 })).toMatchObject({ status: 202, text: '' })
    expect(await send(mock.url, { rule: 'none', status: 202, path: jobPath, body: job() })).toMatchObject({
      status: 202,
      text: '',
    })
    await mock.close()
  })

  it.each(cases)('refuse $rule', async (one) => {
    const mock = await createMockKlaviyo({ now, ...one.options })
    const { status, contentType, text } = await send(mock.url, one)
    expect(status).toBe(one.status)
    expect(contentType).toBe('application/vnd.api+json')
    const { errors } = JSON.parse(text)
    expect(errors).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        status: one.status,
        code: one.code ?? 'invalid',
        title: expect.any(String),
        detail: expect.any(String),
        source: one.source ?? {},
        links: {},
        meta: {},
      },
    ])
    expect(mock.accepted).toEqual([])
    expect(mock.lost).toEqual([])
    await mock.close()
  })

  it.each(cases)('would answer otherwise without the rule against $rule', (one) => {
    const settings = toKlaviyoSettings({ now, ...one.options })
    const { answer } = createKlaviyoJudge(settings).judge(toMockRequest(one))
    const without = createKlaviyoJudge(settings, rulesWithout(one.rule)).judge(toMockRequest(one))
    expect(withoutIds(without.answer)).not.toBe(withoutIds(answer))
  })
})

function rulesWithout(name: string): KlaviyoRules {
  const isOther = (rule: { readonly name: string }) => rule.name !== name
  return {
    request: klaviyoRules.request.filter(isOther),
    envelope: klaviyoRules.envelope.filter(isOther),
    event: klaviyoRules.event.filter(isOther),
    limit: klaviyoRules.limit.filter(isOther),
    job: klaviyoRules.job.filter(isOther),
  }
}

function withoutIds(answer: MockAnswer): string {
  return JSON.stringify(answer).replaceAll(/"id":"[^"]*"/g, '')
}

function textOf(one: KlaviyoCase): string {
  if (typeof one.body === 'string') return one.body
  return JSON.stringify(one.body ?? event())
}

function headersOf(one: KlaviyoCase): Record<string, string> {
  const kept = Object.entries({ ...headers, ...one.headers }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return Object.fromEntries(kept)
}

function toMockRequest(one: KlaviyoCase): MockRequest {
  const text = textOf(one)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { method: one.method ?? 'POST', path: one.path ?? '/api/events', headers: headersOf(one), text, json }
}

async function send(url: string, one: KlaviyoCase): Promise<{ status: number; contentType: string | null; text: string }> {
  const response = await fetch(`${url}${one.path ?? '/api/events'}`, {
    method: one.method ?? 'POST',
    headers: headersOf(one),
    body: Buffer.from(textOf(one)),
  })
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() }
}
