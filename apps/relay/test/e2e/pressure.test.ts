import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const mebibyte = 1024 * 1024

describe('the disk is low', () => {
  test('webhooks are answered 503 with a time to come back, deliveries go on, and it recovers by itself', async () => {
    const clock = createVirtualClock(Date.now())
    let freeBytes = 10_000 * mebibyte
    const readSpace = () => ({ freeBytes, totalBytes: 100_000 * mebibyte })
    const relay = await startRelay({}, { clock, now: clock.now, readSpace })
    const generator = createWebhookGenerator()
    expect(await relay.post(generator.next().body)).toMatchObject({ status: 202 })
    freeBytes = 100 * mebibyte
    await clock.advance(1_000)
    await relay.settled(1)
    const refused = await relay.post(generator.next().body)
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'ERR_STORE_UNAVAILABLE' } } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await relay.post('not JSON')).toMatchObject({ status: 503 })
    expect(await relay.get('/readyz')).toMatchObject({ status: 503 })
    expect((await relay.get('/metrics')).text).toContain(`relay_disk_free_bytes ${100 * mebibyte}`)
    freeBytes = 10_000 * mebibyte
    await clock.advance(1_000)
    expect(await relay.post(generator.next().body)).toMatchObject({ status: 202 })
    expect(await relay.get('/readyz')).toMatchObject({ status: 200 })
  })

  test('refusing costs one line in the log, however many webhooks come', async () => {
    const readSpace = () => ({ freeBytes: 1, totalBytes: 100_000 * mebibyte })
    const relay = await startRelay({}, { readSpace })
    const generator = createWebhookGenerator()
    for (let count = 0; count < 5; count += 1) await relay.post(generator.next().body)
    const errors = relay.log.filter((line) => line['level'] === 50)
    expect(errors.map((line) => line['code'])).toEqual(['DiskLowError', 'DiskLowError'])
  })
})

describe('slow clients', () => {
  const server = { headersTimeout: 200, requestTimeout: 400 }
  const head = (relay: TestRelay, length: number) =>
    `POST /webhooks/subtotal HTTP/1.1\r\nhost: ${new URL(relay.url).host}\r\ncontent-length: ${length}\r\n\r\n`

  function open(relay: TestRelay): { readonly socket: Socket; readonly closed: Promise<string> } {
    const socket = connect(Number(new URL(relay.url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)))
    return { socket, closed }
  }

  /** Sends a byte now and then until the other side has enough of it. */
  function trickle(socket: Socket, text: string): void {
    let at = 0
    const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 20)
    socket.once('close', () => clearInterval(timer))
  }

  test.each([
    ['says nothing', () => undefined],
    [
      'sends its headers byte by byte',
      (socket: Socket, relay: TestRelay) =>
        trickle(socket, head(relay, 1).replace('\r\n\r\n', `\r\nx-long: ${'x'.repeat(1_000)}`)),
    ],
    [
      'sends its body byte by byte',
      (socket: Socket, relay: TestRelay) => {
        socket.write(head(relay, 100_000))
        trickle(socket, 'x')
      },
    ],
    ['stops in the middle of its body', (socket: Socket, relay: TestRelay) => socket.write(`${head(relay, 1_000)}x`)],
  ] as const)('a client that %s is let go, and good clients are served meanwhile', async (_name, act) => {
    const relay = await startRelay({}, { server })
    const slow = Array.from({ length: 40 }, () => open(relay))
    for (const { socket } of slow) act(socket, relay)
    const generator = createWebhookGenerator()
    for (let count = 0; count < 20; count += 1) expect(await relay.post(generator.next().body)).toMatchObject({ status: 202 })
    const answers = await Promise.all(slow.map(({ closed }) => closed))
    expect(answers.every((answer) => answer === '' || answer.startsWith('HTTP/1.1 408'))).toBe(true)
  })

  test('a client that says nothing is let go as soon as its time is up, so that few are let go at once', async () => {
    const relay = await startRelay({}, { server })
    const openedAt = performance.now()
    await open(relay).closed
    expect(performance.now() - openedAt).toBeLessThan(1_500)
  })

  test('bodies that never end make room for those that do', async () => {
    const relay = await startRelay({ bodyLimitBytes: 4 * mebibyte })
    const slow = Array.from({ length: 20 }, () => open(relay))
    const part = Buffer.alloc(4 * mebibyte - 1, 'x')
    for (const { socket } of slow) {
      socket.write(head(relay, 4 * mebibyte))
      await new Promise<void>((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())))
    }
    const answer = await slow[0]?.closed
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(answer).toMatch(/retry-after: 5/i)
    expect(await relay.post(createWebhookGenerator().next().body)).toMatchObject({ status: 202 })
  })
})
