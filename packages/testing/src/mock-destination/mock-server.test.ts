import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Failure, JudgeOptions, MockDestination } from './mock-server.ts'
import { createMockServer } from './mock-server.ts'

let mock: MockDestination<string> | undefined

afterEach(async () => {
  await mock?.close()
})

async function start(options: JudgeOptions<string> = {}): Promise<MockDestination<string>> {
  mock = await createMockServer<string>(
    ({ text }) => ({ answer: { status: 201, body: { echo: text } }, accepted: [text] }),
    options,
  )
  return mock
}

async function post(url: string, body: string): Promise<Response> {
  return await fetch(`${url}/path?query=1`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'X-Mixed': 'Case' },
  })
}

async function failed(sent: Promise<Response>): Promise<boolean> {
  try {
    await (await sent).text()
    return false
  } catch {
    return true
  }
}

/** The bytes that come back for bytes, as a client that checks nothing sees them. */
async function exchange(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setEncoding('utf8').write(bytes)
  let received = ''
  for await (const text of socket) received += text
  return received
}

describe('createMockServer', () => {
  test('listens on 127.0.0.1 and answers as it judges', async () => {
    const { url } = await start()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const response = await post(url, '{"a":1}')
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toStrictEqual({ echo: '{"a":1}' })
  })

  test('records each request whole and in order, with lower-case header names', async () => {
    const { url, requests } = await start()
    await post(url, '{"n":1}')
    await post(url, 'not json')
    expect(requests.map(({ method, path, text, json }) => ({ method, path, text, json }))).toStrictEqual([
      { method: 'POST', path: '/path?query=1', text: '{"n":1}', json: { n: 1 } },
      { method: 'POST', path: '/path?query=1', text: 'not json', json: undefined },
    ])
    expect(requests[0]?.headers['x-mixed']).toBe('Case')
  })

  test('fails as often as it is told, earlier failures first, then judges again', async () => {
    const { url, fail, accepted } = await start()
    fail({ kind: 'answer', status: 429, headers: { 'retry-after': '3' }, body: 'slow down' }, { times: 2 })
    fail({ kind: 'answer', status: 503 })
    const answers = [await post(url, 'a'), await post(url, 'b'), await post(url, 'c'), await post(url, 'd')]
    expect(answers.map(({ status }) => status)).toStrictEqual([429, 429, 503, 201])
    expect(answers[0]?.headers.get('retry-after')).toBe('3')
    expect(await answers[0]?.text()).toBe('slow down')
    expect(await answers[2]?.text()).toBe('')
    expect(accepted).toStrictEqual(['d'])
  })

  test('fails without end until it recovers', async () => {
    const { url, fail, recover } = await start()
    fail({ kind: 'answer', status: 500 }, { times: Number.POSITIVE_INFINITY })
    for (let count = 0; count < 5; count += 1) expect((await post(url, 'a')).status).toBe(500)
    recover()
    expect((await post(url, 'a')).status).toBe(201)
  })

  test.each<{ failure: Failure; accepts: boolean }>([
    { failure: { kind: 'reset' }, accepts: false },
    { failure: { kind: 'truncated' }, accepts: false },
    { failure: { kind: 'accept_then', failure: 'reset' }, accepts: true },
    { failure: { kind: 'accept_then', failure: 'truncated' }, accepts: true },
  ])('breaks the connection and accepts: $failure, $accepts', async ({ failure, accepts }) => {
    const { url, fail, accepted, requests } = await start()
    fail(failure)
    expect(await failed(post(url, 'a'))).toBe(true)
    expect(accepted).toStrictEqual(accepts ? ['a'] : [])
    expect(requests).toHaveLength(1)
    expect((await post(url, 'b')).status).toBe(201)
  })

  test.each<{ failure: Failure; accepts: boolean }>([
    { failure: { kind: 'hang' }, accepts: false },
    { failure: { kind: 'accept_then', failure: 'hang' }, accepts: true },
  ])('never answers, and close ends it: $failure', async ({ failure, accepts }) => {
    const { url, fail, accepted, close, requests } = await start()
    fail(failure)
    const sent = failed(post(url, 'a'))
    await expect.poll(() => requests.length).toBe(1)
    expect(accepted).toStrictEqual(accepts ? ['a'] : [])
    await close()
    expect(await sent).toBe(true)
  })

  test.each<{ failure: Failure; accepts: boolean }>([
    { failure: { kind: 'html' }, accepts: false },
    { failure: { kind: 'accept_then', failure: 'html' }, accepts: true },
  ])('answers 200 with a web page: $failure', async ({ failure, accepts }) => {
    const { url, fail, accepted } = await start()
    fail(failure)
    const response = await post(url, 'a')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<html>')
    expect(accepted).toStrictEqual(accepts ? ['a'] : [])
  })

  test('answers 200 with nothing, with bytes that are not JSON, and with 10 MB', async () => {
    const { url, fail, accepted } = await start()
    fail({ kind: 'empty' })
    expect(await (await post(url, 'a')).text()).toBe('')
    fail({ kind: 'garbage' })
    const garbage = await post(url, 'a')
    expect(garbage.headers.get('content-type')).toBe('application/json')
    await expect(garbage.json()).rejects.toThrow(SyntaxError)
    fail({ kind: 'huge' })
    expect((await (await post(url, 'a')).text()).length).toBeGreaterThanOrEqual(10_000_000)
    expect(accepted).toStrictEqual([])
  })

  test('keeps what came when the vendor documents a success without a body', async () => {
    const { url, fail, accepted } = await start({ isEmptySuccess: true })
    fail({ kind: 'empty' })
    const response = await post(url, 'a')
    expect({ status: response.status, text: await response.text() }).toStrictEqual({ status: 200, text: '' })
    expect(accepted).toStrictEqual(['a'])
  })

  test('sends a header once, whatever the case of its name', async () => {
    const { url, fail } = await start()
    fail({ kind: 'answer', status: 400, headers: { 'Content-Type': 'application/problem+json', 'X-Extra': '1' }, body: {} })
    const response = await post(url, 'a')
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('x-extra')).toBe('1')
  })

  test('announces a shorter body than it sends', async () => {
    const { url, fail, accepted } = await start()
    fail({ kind: 'wrong_length' })
    const received = await exchange(url, 'POST /path HTTP/1.1\r\nhost: mock\r\ncontent-length: 1\r\n\r\na')
    const [head = '', body = ''] = received.split('\r\n\r\n')
    const announced = Number(/content-length: (\d+)/.exec(head)?.[1])
    expect(announced).toBeLessThan(body.length)
    expect(accepted).toStrictEqual([])
  })

  test('compresses the true answer', async () => {
    const { url, fail, accepted } = await start()
    fail({ kind: 'gzip' })
    const response = await post(url, 'a')
    expect(response.status).toBe(201)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.json()).toStrictEqual({ echo: 'a' })
    expect(accepted).toStrictEqual(['a'])
  })

  test('counts the most sockets that were open at once', async () => {
    const { url, fail, close, requests } = await start()
    const server = mock
    fail({ kind: 'hang' }, { times: 3 })
    const agent = new Agent({ keepAlive: true, maxSockets: 3 })
    const errors: unknown[] = []
    for (let count = 0; count < 3; count += 1) {
      request(`${url}/path`, { method: 'POST', agent })
        .on('error', (error) => errors.push(error))
        .end('a')
    }
    await expect.poll(() => requests.length).toBe(3)
    expect(server?.peakSockets).toBe(3)
    await close()
    await expect.poll(() => errors.length).toBe(3)
    server?.clear()
    expect(server?.peakSockets).toBe(0)
  })

  test('keeps no requests when told so, and still tells what it accepts', async () => {
    const seen: string[] = []
    const { url, requests, accepted } = await start({ keepRequests: false, onAccepted: (text) => seen.push(text) })
    await post(url, 'a')
    expect(requests).toStrictEqual([])
    expect(accepted).toStrictEqual([])
    expect(seen).toStrictEqual(['a'])
  })

  test('forgets what it recorded, and lets the judge forget', async () => {
    let forgot = 0
    const { url, requests, accepted, clear } = await start({ onClear: () => (forgot += 1) })
    await post(url, 'a')
    clear()
    expect({ requests, accepted, forgot }).toStrictEqual({ requests: [], accepted: [], forgot: 1 })
  })

  test('listens on the port it is given and says when it cannot', async () => {
    const { url } = await start()
    await expect(
      createMockServer<string>(() => ({ answer: { status: 200 }, accepted: [] }), { port: Number(new URL(url).port) }),
    ).rejects.toThrow('EADDRINUSE')
  })
})
