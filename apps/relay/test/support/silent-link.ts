import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a server of this machine for one test, on which nobody is told that a connection has ended. */
export interface SilentLink {
  /** The same URL through it. */
  readonly url: string
  /** Nothing passes any more on the connections of before. New ones are not touched. */
  forget(): void
}

/** Starts a link to the server that a URL names. */
export async function startSilentLink(url: string): Promise<SilentLink> {
  const sockets = new Set<Socket>()
  let passing = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const target = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true })
    for (const one of [socket, target]) {
      one.on('error', () => undefined)
      sockets.add(one)
      passing.add(one)
    }
    const pass = (from: Socket, to: Socket) => (chunk: Buffer) => void (passing.has(from) && to.writable && to.write(chunk))
    socket.on('data', pass(socket, target))
    target.on('data', pass(target, socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const linked = new URL(url)
  linked.port = String(typeof address === 'object' ? address?.port : address)
  return {
    url: linked.href,
    forget() {
      passing = new Set()
    },
  }
}
