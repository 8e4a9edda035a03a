import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { createRelay } from '@subtotal-connectors/relay'

/**
 * A relay to be measured, in a process of its own; without a store's URL it makes an SQLite store. It delivers nothing until its parent
 * says `start`; told `stop`, it answers with the CPU time since then, in microseconds, and the most memory it had, in MiB.
 */
const [, , secret = '', urls = '{}', store] = process.argv
const { braze, klaviyo, customerio } = JSON.parse(urls)
const apiKey = 'key-of-the-bench'
const gate = Promise.withResolvers<void>()

const relay = await createRelay({
  host: '127.0.0.1',
  port: 0,
  logLevel: 'silent',
  store: store ?? temporaryStore(),
  bodyLimitBytes: 1_048_576,
  signingSecrets: [secret],
  signatureToleranceMs: 86_400_000,
  destinations: {
    braze: held(createBrazeConnector({ apiKey, baseUrl: braze })),
    klaviyo: held(createKlaviyoConnector({ apiKey, baseUrl: klaviyo })),
    customerio: held(createCustomerioConnector({ apiKey, baseUrl: customerio })),
  },
  lanes: Object.fromEntries(['braze', 'klaviyo', 'customerio'].map((name) => [name, { requestsPerSecond: 10_000 }])),
})
process.once('disconnect', () => process.exit(0))

let startedWith = process.cpuUsage()
process.on('message', (message) => {
  if (message === 'start') {
    startedWith = process.cpuUsage()
    gate.resolve()
  }
  if (message === 'stop') {
    const { user, system } = process.cpuUsage(startedWith)
    process.send?.({ cpuMicroseconds: user + system, peakMebibytes: process.resourceUsage().maxRSS / 1024 })
  }
})
process.send?.({ port: Number(new URL(relay.url).port) })

function temporaryStore(): string {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-delivery-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return `sqlite:${join(folder, 'relay.db')}`
}

/** The connector, but its first calls wait for the start. */
function held(connector: Connector): Connector {
  return {
    ...connector,
    async deliver(events, options) {
      await gate.promise
      return connector.deliver(events, options)
    },
  }
}
