import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { runLoad } from './http-load.ts'
import { secret, take, webhooks } from './webhooks.ts'

/**
 * How fast a relay delivers events that wait: to three mock destinations, the relay in a process of its own, the mocks in another. The
 * events come in over HTTP first, while the destinations are held. The pace that vendors document is lifted.
 * `node --conditions=@subtotal-connectors/source delivery.ts [events]`
 */
const events = Number(process.argv[2] ?? 100_000)
const destinations = 3
const portion = 10_000
const connections = 64
const execArgv = ['--conditions=@subtotal-connectors/source']

const mocks = fork(join(import.meta.dirname, 'delivery-mocks.ts'), [String(events * destinations)], { execArgv })
const [urls] = await once(mocks, 'message')
const relay = fork(join(import.meta.dirname, 'delivery-target.ts'), [secret, JSON.stringify(urls)], { execArgv })
const [{ port }] = await once(relay, 'message')
await fill(port)

const arrived = once(mocks, 'message')
const startedAt = performance.now()
relay.send('start')
await arrived
const seconds = (performance.now() - startedAt) / 1000
relay.send('stop')
const [{ cpuMicroseconds, peakMebibytes }] = await once(relay, 'message')
relay.disconnect()
mocks.disconnect()

const deliveries = events * destinations
process.stdout.write(
  [
    `${events} waiting events, ${destinations} mocks, ${cpus().length} cores, Node ${process.version}`,
    `${Math.round(events / seconds)} events/s, ${Math.round(deliveries / seconds)} deliveries/s, in ${seconds.toFixed(1)} s`,
    `${Math.round(cpuMicroseconds / deliveries)} µs of CPU per delivery, at most ${Math.round(peakMebibytes)} MiB`,
    '',
  ].join('\n'),
)

/** Purchases alone: each is one item at each destination. */
async function fill(toPort: number): Promise<void> {
  const source = webhooks('purchases')
  for (let sent = 0; sent < events; sent += portion) {
    const requests = take(source, Math.min(portion, events - sent))
    const { refused } = await runLoad({ port: toPort, connections, requests, expectedStatus: 202 })
    if (refused > 0) throw new Error(`${refused} webhooks were refused.`)
  }
}
