import type { Judgement, MockAnswer, MockDestination, MockRequest } from '../src/mock-destination/mock-server.ts'
import { createMockServer } from '../src/mock-destination/mock-server.ts'

/** What the toy destination takes; a longer message is answered like a good one and dropped. */
export const toyLimits = { maxMessagesPerRequest: 5, maxBytesPerRequest: 10_000, maxBytesPerMessage: 4_000 } as const

/** A made-up destination: `{ messages }` in, `{ results: ('ok' | 'bad')[] }` out. It does not know repeats. */
export function createToyMock(): Promise<MockDestination<unknown>> {
  return createMockServer<unknown>(judge)
}

function judge(request: MockRequest, isRefused: (item: unknown) => boolean): Judgement<unknown> {
  const { method, path, headers, json } = request
  if (!/^Token \S+$/.test(headers['authorization'] ?? '')) return refusal(401)
  if (method === 'GET' && path === '/me') return { answer: { status: 200, body: { account: 'toy' } }, accepted: [] }
  if (method !== 'POST' || path !== '/messages') return refusal(404)
  const messages = messagesIn(json)
  if (messages.length > toyLimits.maxMessagesPerRequest) return refusal(422)
  const good = messages.filter((message) => !isRefused(message))
  return {
    answer: { status: 200, body: { results: messages.map((message) => (good.includes(message) ? 'ok' : 'bad')) } },
    accepted: good.filter((message) => Buffer.byteLength(JSON.stringify(message)) <= toyLimits.maxBytesPerMessage),
  }
}

function messagesIn(json: unknown): readonly unknown[] {
  return typeof json === 'object' && json !== null && 'messages' in json && Array.isArray(json.messages) ? json.messages : []
}

function refusal(status: number): { readonly answer: MockAnswer; readonly accepted: readonly [] } {
  return { answer: { status, body: { message: 'no' } }, accepted: [] }
}
