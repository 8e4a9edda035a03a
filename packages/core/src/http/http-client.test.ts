import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createScriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server.ts'
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts'

let server: ScriptedServer | undefined
let client: HttpClient | undefined

afterEach(async () => {
  client?.close()
  await server?.close()
  vi.unstubAllEnvs()
})

async function connect(script: Script, options: Partial<HttpClientOptions> = {}): Promise<HttpClient> {
  server = await createScriptedServer(script)
  client = createHttpClient({ origin: server.url, headers: { authorization: 'Bearer secret-key' }, maxSockets: 2, ...options })
  return client
}

const post = (http: HttpClient, signal?: AbortSignal) => http.request('POST', '/path', '{"a":1}', signal)

describe('an answer', () => {
  it('is read whole, with its status, headers and JSON', async () => {
    const http = await connect((_, response) => response.writeHead(201, { 'X-One': 'two' }).end('{"ok":true}'))
    expect(await post(http)).toMatchObject({
      kind: 'answer',
      response: { status: 201, headers: { 'x-one': 'two' }, text: '{"ok":true}', json: { ok: true } },
    })
    expect(server?.requests).toMatchObject([
      { method: 'POST', path: '/path', text: '{"a":1}', headers: { authorization: 'Bearer secret-key' } },
    ])
  })

  it.each([
    ['HTML', '<html>'],
    ['nothing', ''],
  ])('that is %s has no JSON', async (_, body) => {
    const http = await connect((_request, response) => response.writeHead(502).end(body))
    expect(await post(http)).toStrictEqual({
      kind: 'answer',
      isWhole: true,
      response: { status: 502, headers: expect.anything(), text: body, json: undefined },
    })
  })

  it('is unpacked when it is compressed', async () => {
    const http = await connect((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')))
    expect(await post(http)).toMatchObject({ response: { json: { a: 1 } } })
  })

  it('keeps its status when it breaks off half-way', async () => {
    const http = await connect((_, response) => {
      response.writeHead(429, { 'content-length': '100', 'retry-after': '7' }).write('{"half')
      response.socket?.end()
    })
    expect(await post(http)).toMatchObject({
      isWhole: false,
      response: { status: 429, headers: { 'retry-after': '7' }, json: undefined },
    })
  })

  it.each<[string, (response: http.ServerResponse) => void]>([
    ['in the middle of its chunks', (response) => response.writeHead(200).write('{}', () => response.socket?.destroySoon())],
    ['before its body', (response) => response.writeHead(202, { 'content-length': '9' }).flushHeaders()],
    ['in its compression', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip')],
  ])('is not whole when it breaks off %s', async (_, script) => {
    const http = await connect((_request, response) => script(response), { timeoutMs: 200 })
    expect(await post(http)).toMatchObject({ kind: 'answer', isWhole: false, response: { json: undefined } })
  })

  it.each([
    ['plain', (size: number) => ({ headers: {}, body: Buffer.alloc(size, 'x') })],
    ['compressed', (size: number) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(size, 'x')) })],
  ])('of 50 MB, %s, is read up to 1 MiB', async (_, make) => {
    const { headers, body } = make(50_000_000)
    const http = await connect((_request, response) => response.writeHead(200, headers).end(body))
    const answer = await post(http)
    expect(answer).toMatchObject({ kind: 'answer', isWhole: false, response: { status: 200, json: undefined } })
    expect(answer.kind === 'answer' && answer.response.text.length).toBe(1_048_576)
  })
})

describe('no answer', () => {
  it('because nobody listens: the request has not arrived', async () => {
    const http = await connect(() => {})
    await server?.close()
    expect(await post(http)).toStrictEqual({ kind: 'no_answer', reason: 'network', cause: 'ECONNREFUSED', mayHaveArrived: false })
  })

  it('because the host is unknown: the request has not arrived', async () => {
    const http = await connect(() => {}, { origin: 'http://no-such-host.invalid' })
    expect(await post(http)).toMatchObject({ kind: 'no_answer', reason: 'network', mayHaveArrived: false })
  })

  it('because the connection was reset after the request: it may have arrived', async () => {
    const http = await connect((_, response) => response.socket?.resetAndDestroy())
    expect(await post(http)).toMatchObject({ kind: 'no_answer', reason: 'network', mayHaveArrived: true })
  })

  it('because it is not HTTP: the request may have arrived', async () => {
    const raw = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.end('garbage\r\n\r\n'))
    })
    raw.listen(0, '127.0.0.1')
    await once(raw, 'listening')
    const address = raw.address() as net.AddressInfo
    const http = await connect(() => {}, { origin: `http://127.0.0.1:${address.port}` })
    expect(await post(http)).toMatchObject({ kind: 'no_answer', reason: 'network', mayHaveArrived: true })
    raw.close()
  })

  it('because the caller ended it: at once, and it may have arrived', async () => {
    const controller = new AbortController()
    const http = await connect(() => controller.abort())
    expect(await post(http, controller.signal)).toStrictEqual({
      kind: 'no_answer',
      reason: 'aborted',
      cause: 'aborted',
      mayHaveArrived: true,
    })
    expect(await post(http, controller.signal)).toMatchObject({ reason: 'aborted', mayHaveArrived: false })
  })

  it('in time: it may have arrived', async () => {
    const http = await connect(() => {}, { timeoutMs: 50 })
    expect(await post(http)).toStrictEqual({
      kind: 'no_answer',
      reason: 'timeout',
      cause: 'request timeout',
      mayHaveArrived: true,
    })
  })

  it.each([
    ['does not open the connection', ''],
    ['opens a connection to nobody', 'HTTP/1.1 200 OK\r\n\r\n'],
  ])('because a proxy %s: the request has not arrived', async (_, words) => {
    const sockets: net.Socket[] = []
    const proxy = net.createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.once('data', () => socket.write(words))
    })
    await once(proxy.listen(0, '127.0.0.1'), 'listening')
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`)
    const http = await connect(() => {}, { origin: 'https://rest.invalid', timeoutMs: 100 })
    expect(await post(http)).toMatchObject({ kind: 'no_answer', reason: 'timeout', mayHaveArrived: false })
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })

  it('because the client was closed', async () => {
    const http = await connect(() => client?.close())
    expect(await post(http)).toMatchObject({ reason: 'aborted' })
  })
})

describe('a redirect', () => {
  const redirecting: Script = (request, response) => {
    if (request.path === '/path') response.writeHead(308, { location: '/elsewhere' }).end()
    else response.end('{}')
  }

  it('is not followed by default', async () => {
    const http = await connect(redirecting)
    expect(await post(http)).toMatchObject({ response: { status: 308 } })
    expect(server?.requests).toHaveLength(1)
  })

  it('is followed with the same body where that is allowed', async () => {
    const http = await connect(redirecting, { mayFollowRedirect: (url) => url.pathname === '/elsewhere' })
    expect(await post(http)).toMatchObject({ response: { status: 200 } })
    expect(server?.requests.map(({ method, path, text }) => [method, path, text])).toStrictEqual([
      ['POST', '/path', '{"a":1}'],
      ['POST', '/elsewhere', '{"a":1}'],
    ])
  })

  it('that leads round and round ends', async () => {
    const http = await connect((_, response) => response.writeHead(307, { location: '/path' }).end(), {
      mayFollowRedirect: () => true,
    })
    expect(await post(http)).toMatchObject({ response: { status: 307 } })
    expect(server?.requests).toHaveLength(4)
  })
})

it('opens no more sockets than it may', async () => {
  const http = await connect((_, response) => setImmediate(() => response.end('{}')))
  await Promise.all(Array.from({ length: 20 }, () => post(http)))
  expect(server?.peakSockets()).toBe(2)
})

it('closing after answers that came before the upload was complete is no error', async () => {
  const http = await connect(() => {})
  // Answers at the first byte, without reading the request.
  server?.server.removeAllListeners('request').on('request', (_, response) => response.writeHead(200).end('{}'))
  const large = JSON.stringify('x'.repeat(5_000_000))
  const answers = await Promise.all(Array.from({ length: 4 }, () => http.request('POST', '/path', large, undefined)))
  expect(answers.some(({ kind }) => kind === 'answer')).toBe(true)
  http.close()
  await new Promise((resolve) => setImmediate(resolve))
})
