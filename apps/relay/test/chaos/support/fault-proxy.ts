import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** What a proxy does to every connection. Changing it ends the connections there are. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Nobody listens. */
  | { readonly kind: 'refuse' }
  /** Every connection is reset at once. */
  | { readonly kind: 'reset' }
  /** Takes what it is sent, and never answers. */
  | { readonly kind: 'silent' }
  /** Passes answers on so much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Passes answers on a byte at a time, one each so often. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** Answers these bytes, whatever it is sent. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }

/** A TCP proxy before a destination, that breaks what passes. */
export interface FaultProxy {
  readonly url: string
  readonly port: number
  /** Connections taken so far. */
  readonly connections: number
  setMode(mode: ProxyMode): Promise<void>
  close(): Promise<void>
}

const quietMs = 20

/** Starts a proxy that passes everything on to the port, until told otherwise. It listens on `host`, 127.0.0.1 by default. */
export async function startFaultProxy(targetPort: number, host = '127.0.0.1', port = 0): Promise<FaultProxy> {
  let mode: ProxyMode = { kind: 'pass' }
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    connections += 1
    keep(socket)
    handle(socket)
  })
  await listen(server, host, port)
  const actualPort = portOf(server)

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }

  function handle(socket: Socket): void {
    if (mode.kind === 'reset') socket.resetAndDestroy()
    else if (mode.kind === 'silent') socket.resume()
    else if (mode.kind === 'bytes') answer(socket, mode.bytes)
    else forward(socket)
  }

  function forward(socket: Socket): void {
    const target = connect(targetPort, '127.0.0.1')
    keep(target)
    socket.pipe(target)
    socket.on('close', () => target.destroy())
    target.on('close', () => socket.destroySoon())
    if (mode.kind === 'slow') delay(target, socket, mode.delayMs)
    else if (mode.kind === 'trickle') trickle(target, socket, mode.everyMs)
    else target.pipe(socket)
  }

  return {
    url: `http://${host}:${actualPort}`,
    port: actualPort,
    get connections() {
      return connections
    },
    async setMode(next) {
      const wasClosed = mode.kind === 'refuse'
      mode = next
      if (next.kind === 'refuse' && !wasClosed) server.close()
      for (const socket of sockets) socket.destroy()
      if (wasClosed && next.kind !== 'refuse') await listen(server, host, actualPort)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return address.port
}

/** Answers when nothing has come for a moment, so that a body is not answered in its middle. */
function answer(socket: Socket, bytes: Buffer): void {
  let timer: NodeJS.Timeout | undefined
  socket.on('data', () => {
    clearTimeout(timer)
    timer = setTimeout(() => socket.end(bytes), quietMs)
  })
}

function delay(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk) => {
    setTimeout(() => void (to.writable && to.write(chunk)), delayMs)
  })
}

function trickle(from: Socket, to: Socket, everyMs: number): void {
  const bytes: number[] = []
  from.on('data', (chunk) => void bytes.push(...chunk))
  const timer = setInterval(() => {
    const byte = bytes.shift()
    if (byte !== undefined && to.writable) to.write(Buffer.of(byte))
  }, everyMs)
  to.on('close', () => clearInterval(timer))
}
