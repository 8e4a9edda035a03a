import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { examinePostgres } from '../src/cli/doctor/examine-postgres.ts'
import { systemClock } from '../src/clock/clock.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Certificates } from './chaos/support/certificates.ts'
import { makeCertificates } from './chaos/support/certificates.ts'
import type { PostgresServer } from './support/postgres-server.ts'
import { startPostgres } from './support/postgres-server.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import { startRelay } from './support/start-relay.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const made = makeCertificates()
const waiting = { timeout: 30_000, interval: 50 }
const event = JSON.stringify({
  id: 'e1',
  type: 'connection.activated',
  payload: { connection: { connection_id: 'c1', customer_id: 'customer-1', retailer_id: 'walmart' } },
})
const strictModes = ['sslmode=allow', 'sslmode=prefer', 'sslmode=require', 'sslmode=verify-ca', 'sslmode=verify-full']

describe.skipIf(made === undefined)(`TLS to PostgreSQL${made === undefined ? ' (skipped: needs openssl)' : ''}`, () => {
  const certificates = made as Certificates
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await asked('ALTER SYSTEM SET ssl = on')
  })
  afterAll(async () => {
    await server.stop()
    certificates.remove()
  })

  /** Without TLS, whatever the server presents. */
  async function asked(sql: string): Promise<readonly unknown[]> {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }

  /** From now on the server shows this certificate. */
  async function present(certificate: string): Promise<void> {
    await server.stopFor(async () => {
      const { uid, gid } = statSync(server.data)
      for (const [name, content] of Object.entries({ 'server.crt': certificate, 'server.key': certificates.key })) {
        const path = join(server.data, name)
        writeFileSync(path, content, { mode: 0o600 })
        chownSync(path, uid, gid)
      }
    })
  }

  function urlOf(search: string): string {
    return Object.assign(new URL(server.url), { hostname: 'localhost', search }).href
  }

  /** Of all connections of relays, those that listen among them. */
  function connections(): Promise<readonly unknown[]> {
    return asked(
      `SELECT DISTINCT application_name AS name, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE starts_with(application_name, 'subtotal-relay') ORDER BY 1, 2`,
    )
  }

  /** Whether a store is opened with TLS or without; or what is said of it, by doctor too. */
  async function opened(search: string): Promise<string> {
    const url = urlOf(search)
    try {
      const store = await openPostgresStore(url, systemClock, { listenUrl: null })
      const found = await connections()
      await store.close()
      return JSON.stringify(found)
    } catch (error) {
      const { name, message } = error as Error
      expect(name).toBe('ConfigurationError')
      const findings = await examinePostgres(url, { now: Date.now, keyIds: [] })
      expect(findings).toMatchObject([{ status: 'fail', message }])
      return message
    }
  }
  const withTls = '[{"name":"subtotal-relay","ssl":true}]'
  const withoutTls = '[{"name":"subtotal-relay","ssl":false}]'
  const known = (): string => `sslrootcert=${certificates.authority}`

  describe('with a certificate of an authority', () => {
    beforeAll(() => present(certificates.good))

    test('is used by a relay for all that it asks, and to listen', async () => {
      const store = urlOf(`sslmode=verify-full&${known()}`)
      const connector = scriptedConnector()
      const relay = await startRelay({ store, destinations: { scripted: connector } })
      expect((await relay.post(event)).status).toBe(202)
      await vi.waitFor(() => expect(connector.calls.flat()).toHaveLength(1), waiting)
      const other = await openPostgresStore(store, systemClock)
      onTestFinished(() => other.close())
      const heard = vi.fn<(news: unknown) => void>()
      other.sharing?.listen(heard)
      const third = await openPostgresStore(store, systemClock)
      onTestFinished(() => third.close())
      await vi.waitFor(() => {
        third.sharing?.tell({ kind: 'work' })
        expect(heard).toHaveBeenCalledWith({ kind: 'work' })
      }, waiting)
      expect(await connections()).toEqual([
        { name: 'subtotal-relay', ssl: true },
        { name: 'subtotal-relay listener', ssl: true },
      ])
      expect(await examinePostgres(store, { now: Date.now, keyIds: [] })).toContainEqual(
        expect.objectContaining({ status: 'ok', message: 'Relays hear of each other.' }),
      )
    })

    test.each(strictModes)('is used with %s where the authority is known, and told where it is not', async (mode) => {
      expect(await opened(`${mode}&${known()}`)).toBe(withTls)
      expect(await opened(mode)).toMatch(
        /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)\. .* of an unknown authority\. Let sslrootcert in RELAY_STORE name .* sslmode=require too\./,
      )
    })

    test('is used with a file of its authority alone, and looked at by no one with no-verify', async () => {
      expect(await opened(known())).toBe(withTls)
      expect(await opened('sslmode=no-verify')).toBe(withTls)
    })

    test.each(['', 'sslmode=disable'])('is not used with "%s"', async (mode) => {
      expect(await opened(mode)).toBe(withoutTls)
    })

    test('of another authority than the file is told', async () => {
      const file = join(temporaryFolder(), 'other.crt')
      writeFileSync(file, certificates.selfSigned)
      expect(await opened(`sslmode=verify-full&sslrootcert=${file}`)).toMatch(/is of an unknown authority\. Let sslrootcert/)
    })
  })

  describe('with a certificate of another host', () => {
    beforeAll(() => present(certificates.wrongHost))

    test.each(strictModes)('is refused with %s', async (mode) => {
      expect(await opened(`${mode}&${known()}`)).toMatch(
        /\(ERR_TLS_CERT_ALTNAME_INVALID\)\. The server's certificate is of another host\. Use the name that the certificate has in RELAY_STORE\./,
      )
    })

    test('is used where no name is checked', async () => {
      expect(await opened('sslmode=no-verify')).toBe(withTls)
      expect(await opened(`uselibpqcompat=true&sslmode=verify-ca&${known()}`)).toBe(withTls)
    })
  })

  test('with a certificate that has expired is refused', async () => {
    await present(certificates.expired)
    expect(await opened(`sslmode=verify-full&${known()}`)).toMatch(
      /\(CERT_HAS_EXPIRED\)\. The server's certificate has expired\. Renew it\./,
    )
  })

  test('with a certificate that is signed by itself needs that one, also with sslmode=require', async () => {
    await present(certificates.selfSigned)
    const file = join(temporaryFolder(), 'server.crt')
    writeFileSync(file, certificates.selfSigned)
    expect(await opened('sslmode=require')).toMatch(
      /\(DEPTH_ZERO_SELF_SIGNED_CERT\)\. .* signed by itself\. Let sslrootcert in RELAY_STORE name a file with it: .* sslmode=require too\./,
    )
    expect(await opened(`sslmode=require&sslrootcert=${file}`)).toBe(withTls)
    expect(await opened('uselibpqcompat=true&sslmode=require')).toBe(withTls)
    expect(await opened('sslmode=no-verify')).toBe(withTls)
  })
})
