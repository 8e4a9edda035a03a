import { once } from 'node:events'
import type { PeerSender, PeerSetup } from './peer-sender.ts'
import { openSender } from './senders/open-sender.ts'

/** What one run of a sender cost. */
export interface SenderReport {
  readonly wallMs: number
  /** Processor time of the sender's process, all threads, in microseconds. */
  readonly cpuMicros: number
}

/** Batches under way at once: the default `concurrency` of our connectors. */
const concurrency = 4

/** How long all events are sent again and again before they are sent for the figures, so that connecting and compiling are not in them. */
const unmeasuredMs = 5_000

async function sendAll({ batches }: PeerSender): Promise<void> {
  const waiting = batches.values()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const sendBatch of waiting) await sendBatch()
    }),
  )
}

const [name = '', setupJson = ''] = process.argv.slice(2)
const setup: PeerSetup = JSON.parse(setupJson)
const sender = await openSender(name, setup)

const opened = performance.now()
while (performance.now() - opened < unmeasuredMs) await sendAll(sender)
process.send?.('ready')
await once(process, 'message')

const start = performance.now()
const cpu = process.cpuUsage()
await sendAll(sender)
const { user, system } = process.cpuUsage(cpu)
const report: SenderReport = { wallMs: performance.now() - start, cpuMicros: user + system }

process.send?.(report)
await sender.close()
process.disconnect()
