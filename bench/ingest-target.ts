import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector, DeliveryResult } from '@subtotal-connectors/core'
import { createRelay } from '@subtotal-connectors/relay'
import { parseEncryptionKeys } from '../apps/relay/src/encryption/encryption-keys.ts'
import { limitHeap } from '../apps/relay/src/memory/limit-heap.ts'
import { createFourRowsPostgresServer } from './bare-postgres.ts'
import { createForgetfulServer, createFourRowsServer, createSameRowsServer } from './bare-stores.ts'

/**
 * A server to be measured, in a process of its own: `bare`, `grouped`, `same`, `relay`, `sealed`, `delivering`, `backlog…`, `searched`,
 * `keeping` (everything) or `retaining` (nothing from before today), with the URL of a store, or one of SQLite that it makes. It sends its
 * port to its parent.
 */
const [, , kind = 'relay', secret = '', given] = process.argv
const store = given ?? `sqlite:${join(temporaryFolder(), 'relay.db')}`

process.send?.({ port: await start() })

async function start(): Promise<number> {
  if (kind === 'bare') return listen(createForgetfulServer(secret))
  if (kind === 'grouped') return listen(await createGroupedServer())
  if (kind === 'same') return listen(await createSameRowsServer(secret, store))
  limitHeap()
  return startRelay(kind.endsWith('delivering'))
}

async function createGroupedServer(): Promise<Server> {
  if (store.startsWith('postgres')) return createFourRowsPostgresServer(secret, store)
  return createFourRowsServer(secret, store.replace('sqlite:', ''))
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
    store,
    bodyLimitBytes: 1_048_576,
    signingSecrets: [secret],
    signatureToleranceMs: 86_400_000,
    destinations: Object.fromEntries(names.map((name) => [name, connector(isDelivering)])),
    retention: kind === 'retaining' ? { payloadDays: 1, deadLetterDays: 1 } : { payloadDays: 3_650, ledgerDays: 3_650 },
    ...(kind === 'sealed' ? { encryption: parseEncryptionKeys(randomBytes(32).toString('hex')) } : {}),
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
