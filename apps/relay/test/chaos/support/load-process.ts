import process from 'node:process'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import type { RawConnection } from '../../support/raw-connection.ts'
import { openRawConnection, rawPost } from '../../support/raw-connection.ts'
import type { Sent } from './oracle.ts'
import { createOracle } from './oracle.ts'
import { createPurchases } from './producer.ts'
import { signingSecret } from './secrets.ts'

/** A time of steady load. */
export interface LoadPhase {
  readonly perSecond: number
  readonly forMs: number
  /** Afterwards. */
  readonly restMs: number
  readonly isMeasured: boolean
}

/** What a producer in a process of its own is to do. */
export interface LoadPlan {
  readonly url: string
  readonly seed: number
  readonly phases: readonly LoadPhase[]
}

/** What it did. */
export interface LoadDone {
  /** From the moment that a webhook was to be posted to the answer 202, in milliseconds: waiting for a free connection counts. */
  readonly latencies: readonly number[]
  readonly statuses: readonly (readonly [number, number])[]
  readonly sent: readonly Sent[]
}

interface Prepared {
  readonly request: Buffer
  readonly sent: Sent
}

const mostConnections = 256

if (process.argv[2] !== undefined) await run(JSON.parse(process.argv[2]))

async function run({ url, seed, phases }: LoadPlan): Promise<void> {
  const oracle = createOracle()
  const make = createPurchases(seed)
  const prepare = (): Prepared => {
    const webhook = make()
    const { body, headers } = signedWebhook(webhook.body, signingSecret)
    return { request: rawPost(body, headers), sent: oracle.send(webhook) }
  }
  const prepared = phases.map(({ perSecond, forMs }) => Array.from({ length: (perSecond * forMs) / 1_000 }, prepare))
  const pool = connectionPool(Number(new URL(url).port))
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  for (const [index, phase] of phases.entries()) {
    const measured: number[] = []
    await sendSteadily(prepared[index] ?? [], phase.perSecond, pool, (sent, status, latency) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status !== 202) return
      sent.isAcknowledged = true
      measured.push(latency)
    })
    if (phase.isMeasured) latencies.push(...measured)
    await new Promise((resolve) => setTimeout(resolve, phase.restMs))
  }
  pool.end()
  const done: LoadDone = { latencies, statuses: [...statuses], sent: [...oracle.sent] }
  process.send?.(done, () => process.disconnect())
}

interface ConnectionPool {
  /** A connection that is free and open; `undefined`: none is. One more is opened then, and `onFree` called, if there may be more. */
  take(onFree: () => void): RawConnection | undefined
  giveBack(connection: RawConnection): void
  end(): void
}

function connectionPool(port: number): ConnectionPool {
  const free: RawConnection[] = []
  let count = 0
  return {
    take(onFree) {
      for (let connection = free.shift(); connection !== undefined; connection = free.shift()) {
        if (connection.isOpen) return connection
        count -= 1
      }
      if (count === mostConnections) return undefined
      count += 1
      void openRawConnection(port).then((opened) => {
        free.push(opened)
        onFree()
      })
      return undefined
    },
    giveBack: (connection) => void free.push(connection),
    end() {
      for (const connection of free) connection.end()
    },
  }
}

/** Posts each when it is due, or as soon as a connection is free. */
async function sendSteadily(
  prepared: readonly Prepared[],
  perSecond: number,
  pool: ConnectionPool,
  onAnswer: (sent: Sent, status: number, latency: number) => void,
): Promise<void> {
  const startedAt = performance.now()
  const running = new Set<Promise<void>>()
  let next = 0

  async function post(connection: RawConnection, { request, sent }: Prepared, dueAt: number): Promise<void> {
    const status = await connection.send(request)
    onAnswer(sent, status, performance.now() - dueAt)
    pool.giveBack(connection)
    postDue()
  }

  function postDue(): void {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
    while (next <= due) {
      const one = prepared[next]
      const connection = one === undefined ? undefined : pool.take(postDue)
      if (one === undefined || connection === undefined) return
      const posted = post(connection, one, startedAt + (next / perSecond) * 1_000)
      next += 1
      running.add(posted)
      void posted.finally(() => running.delete(posted))
    }
  }

  while (next < prepared.length) {
    postDue()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await Promise.all(running)
}
