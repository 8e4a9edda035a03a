import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'

/**
 * Reads a request's body as it came. `undefined`: it is larger than the limit, whether it says so first or turns out so; what follows
 * is not kept. Rejects with an `HttpError` when the client goes away. `onKept` is told of every byte that is kept.
 */
export function readBody(
  incoming: IncomingMessage,
  limitBytes: number,
  onKept?: (bytes: number) => void,
): Promise<Buffer | undefined> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > limitBytes) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limitBytes) return resolve(undefined)
      chunks.push(chunk)
      onKept?.(chunk.length)
    })
    incoming.once('end', () => {
      incoming.off('close', giveUp)
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    })
    const giveUp = () => reject(new HttpError('ERR_BAD_REQUEST', 'The body did not come whole.'))
    incoming.once('error', giveUp)
    incoming.once('close', giveUp)
  })
}
