import type { Server, ServerOptions } from 'node:http'
import { ConfigurationError } from '../config/configuration-error.ts'

/**
 * Limits against slow and large clients. Times in milliseconds; Subtotal itself gives up after 10 seconds. All connections that are out of
 * time at a check are closed in one go, and nothing is answered meanwhile: looking often keeps them few.
 */
export const serverOptions: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 100,
  maxHeaderSize: 16_384,
}

/** Listens; resolves to the server's URL. */
export function listen(server: Server, host: string, port: number): Promise<string> {
  server.on('request', (_incoming, response) => {
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections())
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refuse(error, host, port)))
    server.listen(port, host, () => {
      const address = server.address()
      const actualPort = typeof address === 'object' && address !== null ? address.port : port
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`)
    })
  })
}

/**
 * Takes no more connections; resolves when what came in is answered. Connections that clients keep open are closed as soon as they
 * are idle, and when the signal is aborted all of them.
 */
export function closeServer(server: Server, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
  })
}

function refuse(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(`Port ${port} on ${host} is in use. Set PORT to a free one, or stop what listens there.`)
    case 'EACCES':
      return new ConfigurationError(`Port ${port} may not be used without more rights. Set PORT to 1024 or more.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigurationError(`HOST ${host} is not an address of this machine. Set HOST to 127.0.0.1 or 0.0.0.0.`)
    default:
      return error
  }
}
