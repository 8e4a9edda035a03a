import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { NetworkLink } from '../chaos/support/network-link.ts'
import { startNetworkLink, throughLink } from '../chaos/support/network-link.ts'
import type { PostgresServer, PostgresServerOptions } from '../support/postgres-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'

const waiting = { timeout: 30_000, interval: 50 }

interface World {
  readonly primary: PostgresServer
  readonly replica: PostgresServer
  /** The name in `RELAY_STORE`. */
  readonly name: NetworkLink
  readonly relays: readonly TestRelay[]
  readonly connector: ReturnType<typeof scriptedConnector>
}

function portOf({ url }: PostgresServer): number {
  return Number(new URL(url).port)
}

async function startWorld(settings: NonNullable<PostgresServerOptions['settings']>): Promise<World> {
  const primary = await startPostgres({ isDurable: true, settings })
  onTestFinished(() => primary.stop())
  const replica = await startPostgres({ isDurable: true, replicaOf: primary })
  onTestFinished(() => replica.stop())
  const name = await startNetworkLink(portOf(primary))
  onTestFinished(() => name.close())
  const connector = scriptedConnector()
  const config = { store: throughLink(primary.url, name), destinations: { scripted: connector } }
  return { primary, replica, name, connector, relays: [await startRelay(config), await startRelay(config)] }
}

function webhook(number: number): string {
  const connection = { connection_id: `c${number}`, customer_id: `customer-${number}`, retailer_id: 'walmart' }
  return JSON.stringify({ id: `over-${number}`, type: 'connection.activated', payload: { connection } })
}

interface Posting {
  readonly taken: string[]
  readonly refused: number[]
  end(): Promise<void>
}

/** Posts to each relay, one webhook after the other. */
function postTo(relays: readonly TestRelay[]): Posting {
  const taken: string[] = []
  const refused: number[] = []
  let number = 0
  let isOver = false
  const posting = relays.map(async (relay) => {
    while (!isOver) {
      number += 1
      const { status, json } = await relay.post(webhook(number))
      if (status === 202) taken.push(String(json['id']))
      else refused.push(status)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  async function end(): Promise<void> {
    isOver = true
    await Promise.all(posting)
  }
  onTestFinished(end)
  return { taken, refused, end }
}

async function ask(server: PostgresServer, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows.map((row) => Object.values(row)[0])
}

test('a replica that commits wait for takes over: nothing that was acknowledged is lost, and relays go on by themselves', async () => {
  const { primary, replica, name, connector, relays } = await startWorld(['synchronous_standby_names=*'])
  const { taken, refused, end } = postTo(relays)
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(20), waiting)
  await primary.kill()
  await vi.waitFor(() => expect(refused.length).toBeGreaterThan(1), waiting)
  const before = [...taken]
  await ask(replica, 'SELECT pg_promote()')
  const kept = new Set(await ask(replica, 'SELECT event_id FROM relay.events'))
  expect(before.filter((id) => !kept.has(id))).toEqual([])
  name.leadTo(portOf(replica))
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(before.length + 20), waiting)
  for (const relay of relays) {
    await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(200), waiting)
  }
  await end()
  expect(new Set(refused)).toEqual(new Set([503]))
  await vi.waitFor(() => {
    const arrived = new Set(connector.calls.flat())
    expect(taken.filter((id) => !arrived.has(id))).toEqual([])
  }, waiting)
})

test('relays that come to a replica take nothing, and leave it when the name leads to the primary again', async () => {
  const { primary, replica, name, relays } = await startWorld([])
  await expect(startRelay({ store: replica.url })).rejects.toThrow(/takes no writes: a replica, .*Let it name the primary/)
  const { taken, refused, end } = postTo(relays)
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(5), waiting)
  name.leadTo(portOf(replica))
  await primary.crash()
  for (const relay of relays) {
    await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(503), waiting)
  }
  const before = taken.length
  name.leadTo(portOf(primary))
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(before + 20), waiting)
  const connections = "SELECT count(*)::int FROM pg_stat_activity WHERE starts_with(application_name, 'subtotal-relay')"
  await vi.waitFor(async () => expect(await ask(replica, connections)).toEqual([0]), waiting)
  for (const relay of relays) {
    await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(200), waiting)
  }
  await end()
  expect(new Set(refused)).toEqual(new Set([503]))
})
