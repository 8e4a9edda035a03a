import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import type { ChaosRow } from '../chaos-row.ts'
import { inMs, percentile } from '../support/percentile.ts'
import { signingSecret } from '../support/secrets.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const mebibyte = 1024 ** 2
const mostGrowth = 150 * mebibyte

interface Hostile {
  readonly name: string
  readonly statuses: readonly number[]
  readonly send: (world: World) => Promise<number>
}

async function post(
  world: World,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const answer = await fetch(`${world.url}/webhooks/subtotal`, { method: 'POST', body, headers })
  await answer.arrayBuffer()
  return answer.status
}

function signed(world: World, body: string = world.purchases().body, secret: string = signingSecret, at = new Date()) {
  return signedWebhook(body, secret, at)
}

/** Posts bytes over a socket of its own, for what `fetch` does not send. 0: it was cut off before an answer was read. */
function postBytes(world: World, head: readonly string[], body: Buffer): Promise<number> {
  const { port } = new URL(world.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => resolve(0))
    socket.on('data', (chunk) => {
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 0))
      socket.destroy()
    })
    socket.on('close', () => resolve(0))
    socket.write(
      `${['POST /webhooks/subtotal HTTP/1.1', 'host: 127.0.0.1', ...head, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n`,
    )
    socket.write(body)
  })
}

const signatureHeader = 'x-subtotal-signature'
const timestampHeader = 'x-subtotal-timestamp'
const refused = [400, 401]

/** Headers with lower-case names. */
function headersOf(world: World): { body: string; headers: Record<string, string> } {
  const { body, headers } = signed(world)
  return { body, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])) }
}

function withHeader(world: World, name: string, value: (true_: string) => string | undefined): Promise<number> {
  const { body, headers } = headersOf(world)
  const changed = value(headers[name] ?? '')
  delete headers[name]
  return post(world, body, changed === undefined ? headers : { ...headers, [name]: changed })
}

function lines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}

const signatures: readonly Hostile[] = [
  {
    name: 'wrong',
    statuses: refused,
    send: (world) => withHeader(world, signatureHeader, (one) => one.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
  },
  { name: 'missing', statuses: refused, send: (world) => withHeader(world, signatureHeader, () => undefined) },
  { name: 'empty', statuses: refused, send: (world) => withHeader(world, signatureHeader, () => '') },
  { name: 'without a timestamp', statuses: refused, send: (world) => withHeader(world, timestampHeader, () => undefined) },
  {
    name: 'with a timestamp that is none',
    statuses: refused,
    send: (world) => withHeader(world, timestampHeader, () => 'yesterday'),
  },
  {
    name: 'of another secret',
    statuses: refused,
    send: (world) => {
      const { body, headers } = signed(world, undefined, 'another secret')
      return post(world, body, headers)
    },
  },
  {
    name: 'of a body changed by one byte',
    statuses: refused,
    send: (world) => {
      const { body, headers } = headersOf(world)
      return post(world, `${body} `, headers)
    },
  },
  {
    name: 'two days old',
    statuses: refused,
    send: (world) => {
      const { body, headers } = signed(world, undefined, undefined, new Date(Date.now() - 2 * 86_400_000))
      return post(world, body, headers)
    },
  },
  {
    name: 'among 100 wrong ones',
    statuses: [202, ...refused],
    send: (world) => withHeader(world, signatureHeader, (one) => [...Array.from({ length: 100 }, () => 'v1=00'), one].join(',')),
  },
  {
    name: 'in two headers',
    statuses: [202, ...refused],
    send: (world) => {
      const { body, headers } = headersOf(world)
      return postBytes(world, [...lines(headers), `${signatureHeader}: 00`], Buffer.from(body))
    },
  },
  {
    name: 'right, over a body that is not UTF-8',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  },
]

/** Signs bytes as they are. */
function postSignedBytes(world: World, body: Buffer): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', signingSecret).update(`${timestamp}.`).update(body).digest('hex')
  return postBytes(
    world,
    [`${timestampHeader}: ${timestamp}`, `${signatureHeader}: ${signature}`, 'content-type: application/json'],
    body,
  )
}

const deep = 100_000
const bodies: readonly Hostile[] = [
  { name: 'declared 10 MiB', statuses: [413, 0], send: (world) => postSignedBytes(world, Buffer.alloc(10 * mebibyte, 0x20)) },
  { name: 'chunked 10 MiB', statuses: [413, 0], send: sendChunked },
  { name: 'gzip of 100 MiB', statuses: [202, 400, 415], send: (world) => postGzip(world) },
  {
    name: 'nested 100,000 deep',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from(`${'['.repeat(deep)}${']'.repeat(deep)}`)),
  },
  {
    name: 'objects nested 100,000 deep',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from(`${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`)),
  },
  {
    name: 'a number of 500,000 digits',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from(`{"id":${'9'.repeat(500_000)}}`)),
  },
  {
    name: 'duplicate keys',
    statuses: [202],
    send: (world) =>
      postSignedBytes(world, Buffer.from(`{${Array.from({ length: 50_000 }, (_, index) => `"id":"${index}"`).join(',')}}`)),
  },
  {
    name: '__proto__ as a key',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from('{"__proto__":{"type":"purchase.created"},"constructor":{}}')),
  },
  {
    name: 'a lone surrogate',
    statuses: [202],
    send: (world) => postSignedBytes(world, Buffer.from('{"id":"\\ud800","type":"purchase.created","payload":{}}')),
  },
  { name: 'empty', statuses: [202], send: (world) => postSignedBytes(world, Buffer.alloc(0)) },
  { name: 'null', statuses: [202], send: (world) => postSignedBytes(world, Buffer.from('null')) },
  {
    name: 'a form',
    statuses: [415],
    send: (world) => {
      const { body, headers } = headersOf(world)
      return post(world, body, { ...headers, 'content-type': 'multipart/form-data; boundary=x' })
    },
  },
]

function postGzip(world: World): Promise<number> {
  const body = gzipSync(Buffer.alloc(100 * mebibyte))
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', signingSecret).update(`${timestamp}.`).update(body).digest('hex')
  return postBytes(
    world,
    [`${timestampHeader}: ${timestamp}`, `${signatureHeader}: ${signature}`, 'content-encoding: gzip'],
    body,
  )
}

function sendChunked(world: World): Promise<number> {
  const { port } = new URL(world.url)
  const { headers } = headersOf(world)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => resolve(0))
    socket.on('close', () => resolve(0))
    socket.on('data', (chunk) => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 0)))
    const head = ['POST /webhooks/subtotal HTTP/1.1', 'host: 127.0.0.1', ...lines(headers), 'transfer-encoding: chunked']
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    const part = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 0x20), Buffer.from('\r\n')])
    for (let index = 0; index < 160; index += 1) socket.write(part)
    socket.write('0\r\n\r\n')
  })
}

function hostileRow(id: string, name: string, cases: readonly Hostile[], what: string): ChaosRow {
  return {
    id,
    name,
    async run(context) {
      const world = await startWorld(context, { seed: 600 })
      const good: ReturnType<typeof setInterval> = setInterval(() => void world.producer.post(), 20)
      const before = world.relay.peakBytes()
      const wrong: string[] = []
      const rounds = context.isQuick ? 2 : 20
      for (let round = 0; round < rounds; round += 1) {
        for (const one of cases) {
          const status = await one.send(world)
          if (!one.statuses.includes(status)) wrong.push(`${one.name}: ${status}`)
        }
      }
      const grown = world.relay.peakBytes() - before
      clearInterval(good)
      const end = await endWorld(world)
      const p99 = percentile(world.producer.latencies, 0.99)
      const notes = [
        `${cases.length} kinds, ${rounds} times each`,
        `memory +${Math.round(grown / mebibyte)} MiB`,
        `good clients p99 ${inMs(p99)}`,
      ]
      return [
        resultOf(what, end, notes, {
          [`not the right answers: ${[...new Set(wrong)].join(', ')}`]: wrong.length === 0,
          'memory grew': grown < mostGrowth,
          'good clients were refused': [...world.producer.statuses.keys()].every((status) => status === 202),
        }),
      ]
    },
  }
}

/** Row 21: signatures that are not right. */
export const hostileSignatures: ChaosRow = hostileRow(
  '21',
  'signatures',
  signatures,
  'signatures that are wrong, missing, old or odd',
)

/** Row 23: bodies that are too large or odd. */
export const hostileBodies: ChaosRow = hostileRow(
  '23',
  'oversize and odd bodies',
  bodies,
  'bodies that are oversize, deep, compressed or odd',
)
