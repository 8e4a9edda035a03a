import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { constants, setPriority } from 'node:os'
import process from 'node:process'

/** What slow clients send: nothing, a byte of a header every 10 s, or a byte of a body every 10 s. */
export type SlowKind = 'idle' | 'headers' | 'body'

/** What a process of slow clients is to do. */
export interface SlowPlan {
  readonly url: string
  readonly kind: SlowKind
  readonly count: number
  readonly perSecond: number
}

/** How its clients are. */
export interface SlowCounts {
  /** Connected at this moment. */
  readonly open: number
  /** So often has the relay closed a connection. */
  readonly cutOff: number
}

const sendEveryMs = 10_000
const openEveryMs = 10
const reportEveryMs = 100

if (process.argv[2] !== undefined) run(JSON.parse(process.argv[2]))

/** Opens them one after the other, and another one for each that is cut off, until it is told that no more are to come. */
function run({ url, kind, count, perSecond }: SlowPlan): void {
  // They are to wait for the relay, not the relay for them.
  setPriority(constants.priority.PRIORITY_LOW)
  const port = Number(new URL(url).port)
  const clients = new Set<Socket>()
  const startedAt = performance.now()
  let opened = 0
  let cutOff = 0
  let isOver = false

  function open(): void {
    const socket = connect(port, '127.0.0.1')
    opened += 1
    clients.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clients.delete(socket)
      cutOff += 1
    })
    socket.resume()
    if (kind !== 'idle') socket.write('POST /webhooks/subtotal HTTP/1.1\r\nhost: 127.0.0.1\r\n')
    if (kind === 'body') socket.write('content-length: 1000\r\n\r\n')
  }

  setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perSecond
    while (!isOver && clients.size < count && opened < due) open()
  }, openEveryMs)
  setInterval(() => {
    for (const socket of clients) if (kind !== 'idle' && socket.writable) socket.write('x')
  }, sendEveryMs)
  setInterval(() => {
    const counts: SlowCounts = { open: [...clients].filter((socket) => !socket.connecting).length, cutOff }
    process.send?.(counts)
  }, reportEveryMs)
  process.once('message', () => {
    isOver = true
  })
  process.once('disconnect', () => process.exit())
}
