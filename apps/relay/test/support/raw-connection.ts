import type { Socket } from 'node:net'
import { connect } from 'node:net'

/** A kept-alive connection that sends prepared HTTP/1.1 requests, one at a time, and costs as little as it can. */
export interface RawConnection {
  /** Resolves to the status of the answer once it came whole. */
  send(request: Buffer): Promise<number>
  /** Not once the server has closed it. */
  readonly isOpen: boolean
  end(): void
}

/** Opens a connection to this machine. */
export async function openRawConnection(port: number): Promise<RawConnection> {
  const socket = await open(port)
  let answered: ((status: number) => void) | undefined
  let failed: ((error: Error) => void) | undefined
  let pending = ''
  socket.setNoDelay(true)
  socket.on('error', (error) => failed?.(error))
  socket.on('close', () => failed?.(new Error('The connection was closed before the answer.')))
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1')
    if (!isWhole(pending)) return
    const status = Number(pending.slice(9, 12))
    pending = ''
    answered?.(status)
  })
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        answered = resolve
        failed = reject
        socket.write(request)
      })
    },
    get isOpen() {
      return socket.writable && !socket.readableEnded
    },
    end: () => void socket.end(),
  }
}

/** The bytes of a POST to the relay's webhook route. */
export function rawPost(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const head = `POST /webhooks/subtotal HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${length}\r\n${lines.join('')}\r\n`
  return Buffer.concat([Buffer.from(head), Buffer.from(body)])
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
