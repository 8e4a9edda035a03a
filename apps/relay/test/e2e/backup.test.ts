import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { CommandResult } from '../run-command.ts'
import { runCommand } from '../run-command.ts'
import { runInProcess } from '../run-in-process.ts'
import { receivedAt } from '../support/incoming.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { startRelay } from '../support/start-relay.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function set() {
  const cwd = temporaryFolder()
  const store = join(cwd, 'data', 'relay.db')
  const env = { RELAY_STORE: `sqlite:${store}` }
  const run = (...args: readonly string[]): Promise<CommandResult> => runInProcess(args, { cwd, env })
  return { cwd, store, env, run, backup: join(cwd, 'backup.db') }
}

async function makeStore(path: string, ...ids: readonly string[]): Promise<void> {
  const store = await openSqliteStore(path, receivedAt)
  for (const id of ids) await store.audit({ at: 1, actor: 'operator', action: 'test', subject: id })
  await store.close()
}

async function subjects(path: string): Promise<readonly string[]> {
  const store = await openSqliteStore(path, receivedAt)
  const { items } = await store.listAudit({ limit: 100 })
  await store.close()
  return items.map((item) => item.subject)
}

test('a backup under load holds everything that was acknowledged before it, and goes back into use elsewhere', async () => {
  const { cwd, store, env, backup } = set()
  const held = scriptedConnector()
  held.hold()
  const relay = await startRelay({ store: `sqlite:${store}`, destinations: { one: held } })
  const generator = createWebhookGenerator()
  const acknowledged: string[] = []
  let isDone = false
  async function load(): Promise<void> {
    while (!isDone) {
      const webhook = generator.next()
      // Older profiles are not delivered once a newer one went before.
      if (webhook.eventType.startsWith('profile.')) continue
      const { json } = await relay.post(webhook.body)
      acknowledged.push(String(json['id']))
    }
  }
  const loads = Array.from({ length: 8 }, load)
  while (acknowledged.length < 300) await new Promise((resolve) => setImmediate(resolve))
  const before = [...acknowledged]
  const made = await runCommand(['backup', backup], { cwd, env })
  const during = acknowledged.length - before.length
  isDone = true
  await Promise.all(loads)
  expect(made).toMatchObject({ exitCode: 0 })
  expect(made.stdout).toMatch(/^Backed up \d+ events to .*backup\.db \(\d+ bytes\)\.\n$/)
  expect(during).toBeGreaterThan(0)
  expect(statSync(backup).mode & 0o777).toBe(0o600)

  const elsewhere = set()
  copyFileSync(backup, join(elsewhere.cwd, 'copy.db'))
  expect(await elsewhere.run('restore', 'copy.db')).toMatchObject({ exitCode: 0 })
  const connector = scriptedConnector()
  const restored = await startRelay({ store: `sqlite:${elsewhere.store}`, destinations: { one: connector } })
  for (const id of before) expect(await restored.get(`/api/v1/events/${id}`)).toMatchObject({ status: 200 })
  await restored.settled(before.length)
  const delivered = new Set(connector.calls.flat())
  expect(before.filter((id) => !delivered.has(id))).toEqual([])
  held.release()
})

test('a backup of a store that nobody uses, also after a kill, is whole and changes nothing', async () => {
  const { store, run, backup } = set()
  mkdirSync(join(store, '..'))
  const source = await openSqliteStore(join(temporaryFolder(), 'relay.db'), receivedAt)
  await source.close()
  await makeStore(store, 'a')
  const database = new Database(store)
  database.pragma('wal_autocheckpoint = 0')
  database.exec("INSERT INTO audit (at, actor, action, subject) VALUES (2, 'operator', 'test', 'only in the log')")
  const killed = temporaryFolder()
  for (const file of ['relay.db', 'relay.db-wal']) copyFileSync(join(store, '..', file), join(killed, file))
  database.close()
  const bytes = () => ['relay.db', 'relay.db-wal'].map((file) => readFileSync(join(killed, file)))
  const before = bytes()
  const made = await runInProcess(['backup', backup], { cwd: killed, env: { RELAY_STORE: 'sqlite:relay.db' } })
  expect(made).toMatchObject({ exitCode: 0 })
  expect(bytes()).toEqual(before)
  expect(await run('restore', backup, '--force')).toMatchObject({ exitCode: 0 })
  expect(await subjects(store)).toEqual(['only in the log', 'a'])
})

test('a backup replaces no file, and needs a store', async () => {
  const { store, run, backup } = set()
  expect(await run('backup', backup)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('There is no store at') })
  await makeStore(store)
  writeFileSync(backup, 'dear diary')
  expect(await run('backup', backup)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('There is something at') })
  expect(readFileSync(backup, 'utf8')).toBe('dear diary')
})

test('a restore refuses while a relay runs on the store, forced or not, with its holder named', async () => {
  const { store, run, backup } = set()
  await makeStore(store, 'a')
  await run('backup', backup)
  const relay = await startRelay({ store: `sqlite:${store}` })
  const refused = await run('restore', backup, '--force')
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/in use by process \d+/) })
  expect(await relay.post(createWebhookGenerator().next().body)).toMatchObject({ status: 202 })
})

test('a store that is there is left alone, or moved aside whole with --force', async () => {
  const { cwd, store, run, backup } = set()
  await makeStore(store, 'old')
  await run('backup', backup)
  await makeStore(store, 'newer')
  expect(await run('restore', backup)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') })
  expect(await subjects(store)).toEqual(['newer', 'old'])
  const restored = await run('restore', backup, '--force')
  expect(restored.exitCode).toBe(0)
  expect(await subjects(store)).toEqual(['old'])
  const kept = readdirSync(join(cwd, 'data')).find((name) => name.includes('before-restore') && !name.endsWith('-wal'))
  expect(restored.stderr).toContain(kept ?? 'nothing was kept')
  expect(await subjects(join(cwd, 'data', kept ?? ''))).toEqual(['newer', 'old'])
})

test.each([
  ['is not there', () => undefined, 'There is no backup at'],
  ['is something else', (path: string) => writeFileSync(path, 'dear diary'), 'not an SQLite database'],
  ['is cut short', (path: string) => truncateSync(path, statSync(path).size - 8_192), 'damaged'],
] as const)('a backup that %s is refused, and nothing is changed', async (name, spoil, expected) => {
  const { store, run, backup } = set()
  await makeStore(store, 'a')
  if (name === 'is cut short') await run('backup', backup)
  spoil(backup)
  const before = readFileSync(store)
  const refused = await run('restore', backup, '--force')
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(expected) })
  expect(readFileSync(store)).toEqual(before)
  expect(existsSync(`${store}.restore`)).toBe(false)
})
