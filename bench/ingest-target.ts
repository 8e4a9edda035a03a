import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector, DeliveryResult } from '@subtotal-connectors/core'
import { parseWebhook, verifyWebhook } from '@subtotal-connectors/core'
import { createRelay } from '@subtotal-connectors/relay'
import { openSqliteStore } from '../apps/relay/src/store/sqlite/sqlite-store.ts'
import { createGroupedServer } from './grouped-server.ts'
import { createSameServer } from './same-server.ts'

/**
 * A server to be measured, in a process of its own: `bare`, `grouped`, `same`, `relay` or `delivering`, or `backlog…` with the path of a
 * store. It sends its port to its parent.
 */
const [, , kind = 'relay', secret = '', store] = process.argv

process.send?.({ port: await start() })

function start(): Promise<number> {
  if (kind === 'bare') return startBare()
  if (kind === 'grouped') return startGrouped()
  return kind === 'same' ? startSame() : startRelay(kind.endsWith('delivering'))
}

/** Verifies, parses and answers, and stores nothing. */
async function startBare(): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { timestamp } = verifyWebhook({ body, headers: request.headers, secrets: [secret] })
      const event = parseWebhook(body, { receivedAt: new Date(), signedAt: timestamp })
      const answer = JSON.stringify({ id: event?.id ?? null, result: 'stored' })
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      response.end(answer)
    })
  })
  return listen(server)
}

/** Verifies, parses and stores four rows in shared commits. */
function startGrouped(): Promise<number> {
  return listen(createGroupedServer(join(temporaryFolder(), 'bare.db'), secret))
}

/** Verifies, parses and stores what the relay stores, in shared commits. */
async function startSame(): Promise<number> {
  return listen(createSameServer(await openSqliteStore(join(temporaryFolder(), 'bare.db'), Date.now()), secret))
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-ingest-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The relay with an empty store and three destinations. */
async function startRelay(isDelivering: boolean): Promise<number> {
  const names = ['braze', 'klaviyo', 'customerio']
  const relay = await createRelay({
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    store: `sqlite:${store ?? join(temporaryFolder(), 'relay.db')}`,
    bodyLimitBytes: 1_048_576,
    signingSecrets: [secret],
    signatureToleranceMs: 86_400_000,
    destinations: Object.fromEntries(names.map((name) => [name, connector(isDelivering)])),
  })
  return Number(new URL(relay.url).port)
}

/** Accepts everything at once, or never answers. */
function connector(isDelivering: boolean): Connector {
  return {
    specificationVersion: 'v1',
    name: 'bench',
    limits: { maxMessagesPerRequest: 100, maxBytesPerRequest: 1_000_000, requestRates: [], deduplicates: 'yes' },
    plan: () => ({ requests: [], notSent: [], warnings: [] }),
    deliver: async (events) => {
      if (!isDelivering) await new Promise(() => undefined)
      return events.map((): DeliveryResult => ({ status: 'delivered' }))
    },
    check: async () => ({ ok: true, proved: [], problems: [], notes: [] }),
    close: async () => undefined,
  }
}

process.once('disconnect', () => process.exit(0))
