import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { examinePostgres } from '../src/cli/doctor/examine-postgres.ts'
import { systemClock } from '../src/clock/clock.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Pooler } from './support/pooler.ts'
import { findPooler, poolerAdvice, startPooler } from './support/pooler.ts'
import type { PostgresServer } from './support/postgres-server.ts'
import { startPostgres } from './support/postgres-server.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import type { TestRelay } from './support/start-relay.ts'
import { startRelay } from './support/start-relay.ts'

const program = findPooler()
const waiting = { timeout: 30_000, interval: 50 }
const adminToken = 'admin-token-of-the-tests'
const asAdmin = { authorization: `Bearer ${adminToken}` }
const size = 3

/** What a pooler itself sets for each client. */
const ofPooler = ['application_name', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone', 'standard_conforming_strings']

const residueOfSession = `SELECT pg_backend_pid() AS pid, jsonb_build_object(
    'settings', (SELECT coalesce(jsonb_agg(name), '[]') FROM pg_settings
      WHERE source = 'session' AND name <> ALL ($1) AND NOT starts_with(name, 'transaction_')),
    'prepared', (SELECT count(*) FROM pg_prepared_statements),
    'cursors', (SELECT count(*) FROM pg_cursors WHERE name <> ''),
    'channels', (SELECT count(*) FROM pg_listening_channels()),
    'locks', (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
    'isTemporary', pg_my_temp_schema() <> 0) AS residue`
const nothing = { settings: [], prepared: 0, cursors: 0, channels: 0, locks: 0, isTemporary: false }

function webhook(number: number): string {
  const connection = { connection_id: `c${number % 5}`, customer_id: `customer-${number % 5}`, retailer_id: 'walmart' }
  const purchase = { purchase_id: `p${number}`, date: '2026-01-01T00:00:00Z', total: '10.00' }
  return JSON.stringify({ type: 'purchase.created', id: `e${number}`, payload: { connection, purchase } })
}

describe.skipIf(program === undefined)(`a pooler${program === undefined ? ` (skipped: ${poolerAdvice})` : ''}`, () => {
  let server: PostgresServer
  let pooler: Pooler
  let count = 0
  beforeAll(async () => {
    server = await startPostgres()
    pooler = await startPooler(program ?? '', server.url, { size })
  })
  afterAll(async () => {
    await pooler?.stop()
    await server.stop()
  })

  /** A new database, at the server itself and through the pooler. */
  async function createDatabase(): Promise<{ readonly direct: string; readonly pooled: string }> {
    count += 1
    const admin = new pg.Client({ connectionString: server.url })
    await admin.connect()
    await admin.query(`CREATE DATABASE pooled_${count}`)
    await admin.end()
    const direct = Object.assign(new URL(server.url), { pathname: `/pooled_${count}` }).href
    return { direct, pooled: pooler.through(direct) }
  }

  /** What is left in each of the pooler's sessions on the server. */
  async function residues(url: string): Promise<ReadonlyMap<number, unknown>> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const found = new Map<number, unknown>()
    for (let round = 0; round < 3 * size; round += 1) {
      const { rows } = await client.query<{ pid: number; residue: unknown }>(residueOfSession, [ofPooler])
      for (const { pid, residue } of rows) found.set(pid, residue)
    }
    await client.end()
    return found
  }

  test('of transactions is all that relays need: they share what they take, and leave nothing in its sessions', async () => {
    const { pooled } = await createDatabase()
    const connector = scriptedConnector()
    const config = { store: pooled, storeListen: 'off', adminToken, destinations: { scripted: connector } }
    const relays = await Promise.all([startRelay(config), startRelay(config), startRelay(config)])
    const at = (index: number): TestRelay => relays[index % relays.length] as TestRelay
    const bodies = Array.from({ length: 60 }, (_, number) => webhook(number))
    const answers = await Promise.all(bodies.map((body, index) => at(index).post(body)))
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 202))
    const again = await Promise.all(bodies.map((body, index) => at(index + 1).post(body)))
    expect(again.map(({ json }) => json['result'])).toEqual(bodies.map(() => 'duplicate'))
    await vi.waitFor(() => expect(connector.calls.flat()).toHaveLength(60), waiting)
    await vi.waitFor(async () => {
      expect((await at(0).get('/api/v1/stats', asAdmin)).json).toMatchObject({ events: 60, destinations: [{ delivered: 60 }] })
    }, waiting)

    const found = await at(1).get('/api/v1/deliveries?status=delivered&type=purchase.created&customer=customer-3', asAdmin)
    expect(found.json['items']).toHaveLength(12)
    await at(0).write('/api/v1/destinations/scripted/pause', { reason: 'maintenance' }, asAdmin)
    await vi.waitFor(async () => {
      expect((await at(2).get('/readyz')).json['lanes']).toMatchObject({ scripted: { state: 'paused' } })
    }, waiting)
    await at(1).write('/api/v1/destinations/scripted/resume', {}, asAdmin)
    const replay = { deliveries: { status: 'delivered' }, repeatDelivered: true, dryRun: false }
    expect(await at(1).write('/api/v1/replays', replay, asAdmin)).toMatchObject({ status: 202 })
    await vi.waitFor(() => expect(connector.calls.flat()).toHaveLength(120), waiting)
    const erasure = { customer: 'customer-3', dryRun: false, confirm: 'erase' }
    expect(await at(2).write('/api/v1/erasures', erasure, asAdmin)).toMatchObject({ status: 202 })
    await vi.waitFor(async () => {
      expect((await at(0).get('/api/v1/erasures/1', asAdmin)).json).toMatchObject({ finishedAt: expect.any(String), events: 12 })
    }, waiting)
    await Promise.all(relays.map((relay) => relay.stop()))
    const left = await residues(pooled)
    expect(left.size).toBeGreaterThan(1)
    expect([...left.values()]).toEqual([...left].map(() => nothing))
  })

  test('does not keep relays from hearing each other where they listen to the server itself', async () => {
    const { direct, pooled } = await createDatabase()
    const one = await openPostgresStore(pooled, systemClock, { listenUrl: direct })
    const other = await openPostgresStore(pooled, systemClock, { listenUrl: direct })
    onTestFinished(async () => {
      await one.close()
      await other.close()
    })
    const heard = vi.fn<(news: unknown) => void>()
    other.sharing?.listen(heard)
    await vi.waitFor(() => {
      one.sharing?.tell({ kind: 'work' })
      expect(heard).toHaveBeenCalledWith({ kind: 'work' })
    }, waiting)
  })

  test('is waited for while its server is away, and then relays go on by themselves', async () => {
    const { pooled } = await createDatabase()
    const connector = scriptedConnector()
    const relay = await startRelay({ store: pooled, storeListen: 'off', destinations: { scripted: connector } })
    expect((await relay.post(webhook(1))).status).toBe(202)
    await server.stopFor(async () => {
      expect((await relay.post(webhook(2))).status).toBe(503)
      await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(503), waiting)
    })
    await vi.waitFor(async () => expect((await relay.post(webhook(2))).status).toBe(202), waiting)
    await vi.waitFor(() => expect(connector.calls.flat()).toHaveLength(2), waiting)
    expect((await relay.get('/readyz')).status).toBe(200)
  })

  test('of single statements is refused with what to do, by the relay and by doctor', async () => {
    const { direct } = await createDatabase()
    await (await openPostgresStore(direct, systemClock, { listenUrl: null })).close()
    const other = await startPooler(program ?? '', server.url, { mode: 'statement' })
    onTestFinished(() => other.stop())
    const url = other.through(direct)
    const said = /\(08P01\)\. The pooler hands out single statements\. Let it pool transactions/
    await expect(openPostgresStore(url, systemClock, { listenUrl: null })).rejects.toThrow(said)
    expect(await examinePostgres(url, { now: Date.now, keyIds: [] })).toMatchObject([
      { status: 'fail', message: expect.stringMatching(said) },
    ])
  })

  test('that refuses options of the connection is told from the server', async () => {
    const { pooled } = await createDatabase()
    const url = `${pooled}?options=-c%20statement_timeout%3D5000`
    const opening = openPostgresStore(url, systemClock, { listenUrl: null })
    await expect(opening).rejects.toThrow(/The pooler takes no options of a connection, .* ALTER ROLE/)
  })

  test('through which nothing is heard is told by doctor', async () => {
    const { direct, pooled } = await createDatabase()
    await (await openPostgresStore(direct, systemClock, { listenUrl: null })).close()
    const options = { now: Date.now, keyIds: [], hearMs: 200 }
    const messages = async (listen?: string): Promise<string> =>
      (await examinePostgres(pooled, { ...options, ...(listen === undefined ? {} : { listen }) }))
        .map(({ status, message }) => `${status} ${message}`)
        .join('\n')
    expect(await messages()).toMatch(/^warn What relays tell each other is not heard through RELAY_STORE, as with a pooler/m)
    expect(await messages(direct)).toMatch(/^ok Relays hear of each other\.$/m)
  })
})
