import type { RawConnection } from '../apps/relay/test/support/raw-connection.ts'
import { openRawConnection } from '../apps/relay/test/support/raw-connection.ts'

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
 * Sends prepared HTTP/1.1 requests over a fixed number of connections, one at a time on each, as fast as they are answered. Of several
 * servers each gets as many of the connections.
 */
export async function runLoad(options: {
  readonly port: number | readonly number[]
  readonly connections: number
  readonly requests: readonly Buffer[]
  readonly expectedStatus: number
}): Promise<LoadResult> {
  const { requests, expectedStatus } = options
  const ports = [options.port].flat()
  const latenciesMs: number[] = []
  const left = requests.values()
  let accepted = 0

  async function drive(connection: RawConnection): Promise<void> {
    for (const request of left) {
      const sentAt = performance.now()
      const status = await connection.send(request)
      latenciesMs.push(performance.now() - sentAt)
      if (status === expectedStatus) accepted += 1
    }
  }

  const connections = await Promise.all(
    Array.from({ length: options.connections }, (_, index) => openRawConnection(ports[index % ports.length] ?? 0)),
  )
  const startedAt = performance.now()
  await Promise.all(connections.map(drive))
  const seconds = (performance.now() - startedAt) / 1000
  for (const connection of connections) connection.end()
  const sorted = latenciesMs.toSorted((one, other) => one - other)
  return { seconds, accepted, refused: latenciesMs.length - accepted, latenciesMs: sorted }
}
