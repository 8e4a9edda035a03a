import { describe, expect, it, onTestFinished } from 'vitest'
import {
  basic,
  batch,
  type CustomerioCase,
  customerioMessageCases,
  customerioRequestCases,
  rightMessage,
} from './__fixtures__/customerio-cases.ts'
import { createMockCustomerio, type MockCustomerio } from './mock-customerio.ts'
import { type CustomerioRules, createCustomerioJudge, customerioRules } from './mock-customerio-judge.ts'
import { toCustomerioSettings } from './mock-customerio-settings.ts'
import type { MockRequest } from './mock-server.ts'

const headers = { authorization: basic('key:'), 'content-type': 'application/json', 'x-strict-mode': '1' }
const cases = [...customerioRequestCases, ...customerioMessageCases]
const withoutMessages = ['a body that is not a JSON object', 'a batch without a list of messages']
const allRules = [...customerioRules.request, ...customerioRules.message]

describe('the rules of the mock Customer.io', () => {
  it('are at least 25, each with another name, a source and a case here', () => {
    const names = allRules.map((rule) => rule.name)
    expect(names.length).toBeGreaterThanOrEqual(25)
    expect(new Set(names).size).toBe(names.length)
    expect(allRules.filter((rule) => !rule.source.startsWith('https://'))).toEqual([])
    expect(cases.map((one) => one.rule)).toEqual(names)
  })

  it('let a right batch through', async () => {
    const mock = await start()
    expect(await send(mock.url, { rule: 'none' })).toEqual({ status: 200, text: '{}' })
    expect(mock.accepted).toEqual([rightMessage])
  })

  it.each(cases)('refuse $rule in strict mode', async (one) => {
    const mock = await start()
    const { status, text } = await send(mock.url, one)
    expect(status).toBe(one.status ?? 400)
    if (status === 401) expect(text).toBe('')
    else expect(JSON.parse(text)).toEqual({ meta: { errors: [errorOf(one)] } })
    expect(mock.accepted).toEqual([])
    expect(mock.lost).toEqual([])
  })

  it.each(cases.filter((one) => one.status !== 404 && one.status !== 405))('lose $rule without a word otherwise', async (one) => {
    const mock = await start()
    expect(await send(mock.url, { ...one, headers: { ...one.headers, 'x-strict-mode': 'true' } })).toEqual({
      status: 200,
      text: '{}',
    })
    expect(mock.accepted).toEqual([])
    const hasMessages = !withoutMessages.includes(one.rule)
    expect([...new Set(mock.lost.map(({ loss }) => loss))]).toEqual(hasMessages ? [one.rule] : [])
  })

  it.each(cases.filter((one) => one.status !== 401))('would answer otherwise without the rule against $rule', (one) => {
    const settings = toCustomerioSettings({})
    const { answer } = createCustomerioJudge(settings).judge(toMockRequest(one))
    const without = createCustomerioJudge(settings, rulesWithout(one.rule)).judge(toMockRequest(one))
    expect(without.answer).not.toEqual(answer)
  })
})

async function start(): Promise<MockCustomerio> {
  const mock = await createMockCustomerio()
  onTestFinished(() => mock.close())
  return mock
}

function errorOf(one: CustomerioCase): string | undefined {
  return allRules.find((rule) => rule.name === one.rule)?.error
}

function rulesWithout(name: string): CustomerioRules {
  return {
    request: customerioRules.request.filter((rule) => rule.name !== name),
    message: customerioRules.message.filter((rule) => rule.name !== name),
  }
}

function textOf(one: CustomerioCase): string {
  return typeof one.body === 'string' ? one.body : JSON.stringify(one.body ?? batch())
}

function headersOf(one: CustomerioCase): Record<string, string> {
  const all = Object.entries({ ...headers, ...one.headers })
  return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function toMockRequest(one: CustomerioCase): MockRequest {
  const text = textOf(one)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { method: one.method ?? 'POST', path: one.path ?? '/v1/batch', headers: headersOf(one), text, json }
}

async function send(url: string, one: CustomerioCase): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${one.path ?? '/v1/batch'}`, {
    method: one.method ?? 'POST',
    headers: headersOf(one),
    body: Buffer.from(textOf(one)),
  })
  return { status: response.status, text: await response.text() }
}
