import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** The way of one process to a server on this machine. */
export interface NetworkLink {
  readonly port: number
  /** When each connection came, on the clock of `performance.now()`. */
  readonly connectedAt: readonly number[]
  /** Nothing passes any more, in either direction, and nobody is told: no end of a connection either. */
  cut(): void
  /** What was sent meanwhile arrives. */
  mend(): void
  /** Whoever connects from now on gets to another port; who is connected stays so. */
  leadTo(port: number): void
  close(): Promise<void>
}

/** Starts a link to a port of 127.0.0.1. */
export async function startNetworkLink(targetPort: number): Promise<NetworkLink> {
  const sockets = new Set<Socket>()
  const connectedAt: number[] = []
  let held: (() => void)[] = []
  let isCut = false
  let target = targetPort
  const server = createServer((socket) => {
    connectedAt.push(performance.now())
    keep(socket)
    pass(() => {
      if (!socket.destroyed) join(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The link has no port.')

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }

  function pass(action: () => void): void {
    if (isCut) held.push(action)
    else action()
  }

  function join(socket: Socket): void {
    const other = connect(target, '127.0.0.1')
    keep(other)
    oneWay(socket, other)
    oneWay(other, socket)
  }

  function oneWay(from: Socket, to: Socket): void {
    from.on('data', (chunk) => pass(() => void (to.writable && to.write(chunk))))
    from.on('close', () => pass(() => to.destroySoon()))
  }

  return {
    port: address.port,
    connectedAt,
    cut() {
      isCut = true
    },
    mend() {
      const actions = held
      isCut = false
      held = []
      for (const action of actions) action()
    },
    leadTo(port) {
      target = port
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The same URL through a link. */
export function throughLink(url: string, { port }: NetworkLink): string {
  const linked = new URL(url)
  linked.port = String(port)
  return linked.href
}
