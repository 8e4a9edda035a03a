import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Failure, MockAnswer } from './mock-server.ts'

const webPage =
  '<!doctype html><html><head><title>Service unavailable</title></head><body><h1>Please try again</h1></body></html>\n'
const jsonHeaders = { 'content-type': 'application/json' }
const hugeBytes = 10_000_000

/** Sends an answer as it is meant. */
export function sendAnswer(response: ServerResponse, answer: MockAnswer): void {
  const { bytes, headers } = encode(answer)
  response.writeHead(answer.status, { ...headers, 'content-length': bytes.length })
  response.end(bytes)
}

/** Does to a response what the failure says; `accept` judges the request and gives the true answer. */
export function sendFailure(response: ServerResponse, failure: Failure, accept: () => MockAnswer): void {
  switch (failure.kind) {
    case 'answer':
      sendAnswer(response, failure)
      break
    case 'accept_then':
      spoil(response, failure.failure, accept())
      break
    case 'reset':
    case 'hang':
    case 'html':
    case 'truncated':
      spoil(response, failure.kind, { status: 200, body: { message: 'this answer is cut' } })
      break
    case 'empty':
      sendAnswer(response, { status: 200 })
      break
    case 'garbage':
      sendAnswer(response, { status: 200, headers: jsonHeaders, body: '{"message":\u0000\u0001]]>' })
      break
    case 'huge':
      sendAnswer(response, { status: 200, body: { padding: 'x'.repeat(hugeBytes) } })
      break
    case 'wrong_length':
      sendRaw(response, 200, '{"message":"this answer is longer than it says"}', 12)
      break
    case 'gzip':
      sendCompressed(response, accept())
      break
  }
}

function spoil(response: ServerResponse, how: 'reset' | 'hang' | 'html' | 'truncated', answer: MockAnswer): void {
  switch (how) {
    case 'reset':
      response.socket?.resetAndDestroy()
      break
    case 'hang':
      break
    case 'html':
      sendAnswer(response, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: webPage })
      break
    case 'truncated': {
      const text = encode(answer).bytes.toString('utf8')
      sendRaw(response, answer.status, text.slice(0, text.length / 2), Buffer.byteLength(text) + 1)
      break
    }
  }
}

/** Node refuses to send a wrong `Content-Length`, so the bytes are written to the socket. */
function sendRaw(response: ServerResponse, status: number, body: string, contentLength: number): void {
  response.socket?.end(
    `HTTP/1.1 ${status} Mock\r\ncontent-type: application/json\r\ncontent-length: ${contentLength}\r\n\r\n${body}`,
  )
}

function sendCompressed(response: ServerResponse, answer: MockAnswer): void {
  const { bytes, headers } = encode(answer)
  const compressed = gzipSync(bytes)
  response.writeHead(answer.status, { ...headers, 'content-encoding': 'gzip', 'content-length': compressed.length })
  response.end(compressed)
}

function encode(answer: MockAnswer): { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> } {
  const headers = lowerCaseNames(answer.headers ?? {})
  if (answer.body === undefined) return { bytes: Buffer.alloc(0), headers }
  if (typeof answer.body === 'string')
    return { bytes: Buffer.from(answer.body), headers: { 'content-type': 'text/plain', ...headers } }
  return { bytes: Buffer.from(JSON.stringify(answer.body)), headers: { ...jsonHeaders, ...headers } }
}

/** Names that differ in case alone are one header: a given one replaces the default. */
function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
