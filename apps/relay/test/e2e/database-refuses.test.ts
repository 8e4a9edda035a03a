import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'

const password = 'password-of-the-relay'
const errorLevel = 50
const waiting = { timeout: 30_000, interval: 100 }
const disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'relay'"

let server: PostgresServer
let admin: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  admin = await connect(server.url)
  await admin.query(`CREATE ROLE relay LOGIN PASSWORD '${password}'`)
})
afterAll(async () => {
  await admin.end()
  await server.stop()
})

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

let count = 0
/** A database of the relay's own: its URL, and an administrator's connection to it. */
async function database(): Promise<{ readonly url: string; readonly administer: (...sql: readonly string[]) => Promise<void> }> {
  count += 1
  const name = `refuses_${count}`
  await admin.query(`CREATE DATABASE ${name} OWNER relay`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  const client = await connect(url.href)
  onTestFinished(() => client.end())
  Object.assign(url, { username: 'relay', password })
  return {
    url: url.href,
    async administer(...statements) {
      for (const sql of statements) await client.query(sql)
    },
  }
}

function webhook(number: number): string {
  const { connection, customer } = makeConnectionEvent('account.connected', {})
  const payload = {
    connection: { connection_id: `${connection.id}-${number}`, customer_id: customer.id, retailer_id: connection.retailer },
  }
  return JSON.stringify({ id: `refused-${number}`, type: 'connection.activated', payload })
}

/** What a relay is refused, how that ends, and what its log says of it. */
interface Refusal {
  readonly name: string
  readonly code: string
  readonly remedy: RegExp
  readonly begin: readonly string[]
  readonly end: readonly string[]
}

const tables = 'ON ALL TABLES IN SCHEMA relay'
const refusals: readonly Refusal[] = [
  {
    name: 'its disk is full',
    code: '53100',
    remedy: /^The server's disk is full\. Make room on it\.$/,
    begin: [
      `CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`,
      ...['events', 'deliveries'].map(
        (table) =>
          `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON relay.${table} FOR EACH STATEMENT EXECUTE FUNCTION public.full_disk()`,
      ),
    ],
    end: ['DROP FUNCTION public.full_disk() CASCADE'],
  },
  {
    name: 'its user has lost its rights',
    code: '42501',
    remedy: /GRANT USAGE ON SCHEMA relay TO …; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA relay TO …;$/,
    begin: [`REVOKE INSERT, UPDATE ${tables} FROM relay`],
    end: [`GRANT INSERT, UPDATE ${tables} TO relay`],
  },
  {
    name: 'it takes no writes',
    code: '25006',
    remedy: /replica, or read-only\. Let the name in RELAY_STORE lead to the primary\.$/,
    begin: ['ALTER ROLE relay SET default_transaction_read_only = on', disconnect],
    end: ['ALTER ROLE relay RESET default_transaction_read_only', disconnect],
  },
  {
    name: 'no connection is left',
    code: '53300',
    remedy: /Raise its max_connections .* or lower RELAY_STORE_CONNECTIONS\.$/,
    begin: ['ALTER ROLE relay CONNECTION LIMIT 0', disconnect],
    end: ['ALTER ROLE relay CONNECTION LIMIT -1'],
  },
  {
    name: 'the password was changed',
    code: '28P01',
    remedy: /^The server refuses the user or the password in RELAY_STORE\. Correct them/,
    begin: ["ALTER ROLE relay PASSWORD 'another'", disconnect],
    end: [`ALTER ROLE relay PASSWORD '${password}'`],
  },
]

test.each(refusals)(
  'while $name webhooks are refused and the log says what to do; then all goes on by itself',
  async (refusal) => {
    const { code, remedy, begin, end } = refusal
    const { url, administer } = await database()
    const connector = scriptedConnector()
    const relay = await startRelay({ store: url, destinations: { scripted: connector } })
    const taken: string[] = []
    let number = 0

    async function post(): Promise<number> {
      number += 1
      const { status, json } = await relay.post(webhook(number))
      if (status === 202) taken.push(String(json['id']))
      return status
    }

    expect(await post()).toBe(202)
    await administer(...begin)
    await vi.waitFor(async () => {
      expect(await post()).toBe(503)
      const told = relay.log.filter(({ msg, level }) => msg === 'events could not be stored' && level === errorLevel)
      expect(told).toContainEqual(expect.objectContaining({ code, remedy: expect.stringMatching(remedy) }))
    }, waiting)
    expect((await relay.get('/readyz')).status).toBe(503)
    expect(taken).toHaveLength(1)
    await administer(...end)
    await vi.waitFor(async () => expect(await post()).toBe(202), waiting)
    await vi.waitFor(async () => expect((await relay.get('/readyz')).status).toBe(200), waiting)
    await vi.waitFor(() => expect(new Set(connector.calls.flat())).toEqual(new Set(taken)), waiting)
    expect(JSON.stringify(relay.log)).not.toMatch(new RegExp(`${password}|${new URL(url).host}`))
  },
)
