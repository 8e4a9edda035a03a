import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'

/**
 * Reads a request's body as it came. `undefined`: it is larger than the limit, whether it says so first or turns out so; what follows
 * is not kept. Rejects with an `HttpError` when the client goes away.
 */
export function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > limitBytes) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= limitBytes) chunks.push(chunk)
      else resolve(undefined)
    })
    incoming.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
    const giveUp = () => reject(new HttpError('ERR_BAD_REQUEST', 'The body did not come whole.'))
    incoming.once('error', giveUp)
    incoming.once('close', giveUp)
  })
}
