import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { ChaosResult, ChaosRow } from '../chaos-row.ts'
import { inMs, percentile } from '../support/percentile.ts'
import { runLoad } from '../support/run-load.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

/** Clients that hold connections open, each in its own way. */
function openSlow(world: World, count: number, kind: 'idle' | 'headers' | 'body'): { sockets: readonly Socket[]; end(): void } {
  const port = Number(new URL(world.url).port)
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.resume()
    if (kind !== 'idle') socket.write('POST /webhooks/subtotal HTTP/1.1\r\nhost: 127.0.0.1\r\n')
    if (kind === 'body') socket.write('content-length: 1000\r\n\r\n')
    return socket
  })
  const timer = setInterval(() => {
    for (const socket of sockets) if (kind !== 'idle' && socket.writable) socket.write('x')
  }, 10_000)
  return {
    sockets,
    end() {
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** The relay gives a request 30 s to come whole, and looks every 5 s. */
const cutOffMs = 45_000

/** How many are left when all are cut off, or when time is up. */
async function waitForCut(sockets: readonly Socket[]): Promise<number> {
  const endsAt = performance.now() + cutOffMs
  for (;;) {
    const left = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length
    if (left === 0 || performance.now() > endsAt) return left
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Clients as they should be, in a process of their own. */
async function goodClients(
  world: World,
  seed: number,
  forMs: number,
): Promise<{ readonly p99: number; readonly areTaken: boolean }> {
  const warmUp = { perSecond: 100, forMs: 3_000, restMs: 0, isMeasured: false }
  const { latencies, statuses, sent } = await runLoad({
    url: world.url,
    seed,
    phases: [warmUp, { perSecond: 100, forMs, restMs: 0, isMeasured: true }],
  })
  world.oracle.adopt(sent)
  return { p99: percentile(latencies, 0.99), areTaken: statuses.every(([status]) => status === 202) }
}

/** Row 24: slow clients beside good ones. */
export const slowClients: ChaosRow = {
  id: '24',
  name: 'slow clients',
  async run(context) {
    const results: ChaosResult[] = []
    const forMs = context.isQuick ? 3_000 : 20_000
    for (const [kind, count, name] of [
      ['headers', 500, '500 clients that send a header byte every 10 s'],
      ['body', 500, '500 clients that send a body byte every 10 s'],
      ['idle', 5_000, '5,000 idle connections'],
    ] as const) {
      const world = await startWorld(context, { seed: 640 })
      const before = await goodClients(world, 641, forMs)
      const slow = openSlow(world, count, kind)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const during = await goodClients(world, 642, forMs)
      const stillOpen = kind === 'idle' ? slow.sockets.length : await waitForCut(slow.sockets)
      slow.end()
      const end = await endWorld(world)
      results.push(
        resultOf(
          name,
          end,
          [
            `good clients p99 ${inMs(before.p99)} before, ${inMs(during.p99)} beside them`,
            kind === 'idle' ? 'they may stay' : `${stillOpen} of them left`,
          ],
          {
            'good clients had twice the p99': during.p99 <= 2 * before.p99 + 10,
            'good clients were refused': before.areTaken && during.areTaken,
            'slow ones are not cut off': kind === 'idle' || stillOpen === 0,
          },
        ),
      )
    }
    return results
  },
}
