import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** What a load did. */
export interface LoadResult {
  readonly seconds: number
  /** Answers with the status that was expected. */
  readonly accepted: number
  readonly refused: number
  /** Milliseconds from a request to its answer, in order of size. */
  readonly latenciesMs: readonly number[]
}

/**
 * Sends prepared HTTP/1.1 requests over a fixed number of connections, one at a time on each, as fast as they are answered. Writes bytes
 * and counts answers, so that the generator costs as little as it can beside what is measured.
 */
export async function runLoad(options: {
  readonly port: number
  readonly connections: number
  readonly requests: readonly Buffer[]
  readonly expectedStatus: number
}): Promise<LoadResult> {
  const { port, connections, requests, expectedStatus } = options
  const expected = `HTTP/1.1 ${expectedStatus} `
  const latenciesMs: number[] = []
  let next = 0
  let accepted = 0
  let refused = 0

  function drive(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      let sentAt = 0
      let pending = ''
      function send(): void {
        const request = requests[next]
        next += 1
        if (request === undefined) {
          socket.end()
          resolve()
          return
        }
        sentAt = performance.now()
        socket.write(request)
      }
      socket.setNoDelay(true)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        pending += chunk.toString('latin1')
        if (!isWhole(pending)) return
        latenciesMs.push(performance.now() - sentAt)
        if (pending.startsWith(expected)) accepted += 1
        else refused += 1
        pending = ''
        send()
      })
      send()
    })
  }

  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const startedAt = performance.now()
  await Promise.all(sockets.map(drive))
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, accepted, refused, latenciesMs: latenciesMs.toSorted((one, other) => one - other) }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
  })
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: *(\d+)/i.exec(answer.slice(0, end))?.[1]
  if (length === undefined) return answer.endsWith('0\r\n\r\n')
  return answer.length >= end + 4 + Number(length)
}
