import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import type { EncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import { newPerson } from '../../src/erasure/person.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { CommandResult } from '../run-command.ts'
import { runInProcess } from '../run-in-process.ts'
import { testKeys } from '../support/encryption-keys.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const email = 'robin@shoppers.example'

function set(encryption: EncryptionKeys = noEncryptionKeys) {
  const cwd = temporaryFolder()
  const store = join(cwd, 'relay.db')
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runInProcess(args, { cwd, env: { RELAY_STORE: `sqlite:${store}` } })
  async function use(work: (open: Store) => Promise<void>): Promise<void> {
    const open = await openSqliteStore(store, receivedAt, { encryption })
    await work(open)
    await open.close()
  }
  return { cwd, store, run, use }
}

async function ingest(store: Store): Promise<void> {
  const event = makeConnectionEvent('account.connected', { id: 'e1', customer: { id: 'robin-1', email, mobile: null } })
  await store.ingest({ events: [incoming(event)], destinations: [] })
}

async function erase(store: Store, value: string, at: number): Promise<void> {
  const person = newPerson({ kind: 'customer', value })
  await store.addErasure({ at, actor: 'operator', person, isBlocking: false, through: 1 })
  while ((await store.advanceErasures({ now: at + 1_000 })) !== undefined);
}

test('a restore names the erasures that the backup is older than, also those of a store moved aside before', async () => {
  const { run, use } = set()
  await use(ingest)
  await use((store) => erase(store, 'kim-2', receivedAt))
  expect(await run('backup', 'backup.db')).toMatchObject({ exitCode: 0 })
  await use((store) => erase(store, 'robin-1', receivedAt + 5_000))
  for (let times = 0; times < 2; times += 1) {
    const { exitCode, stdout, stderr } = await run('restore', 'backup.db', '--force', '--json')
    expect(exitCode).toBe(0)
    const [asked, finished] = [5_000, 6_000].map((ms) => new Date(receivedAt + ms).toISOString())
    expect(stderr).toContain(
      `older than 1 of the erasures and holds these people again: erasure 2 (asked for ${asked}, finished ${finished})`,
    )
    expect(stderr).toContain('Erase them again')
    expect(stderr).not.toContain('erasure 1')
    expect(JSON.parse(stdout)).toMatchObject({ erasedSince: [{ id: '2', createdAt: asked, finishedAt: finished }] })
  }
})

test('it says nothing of erasures that the backup knows', async () => {
  const { run, use } = set()
  await use((store) => erase(store, 'kim-2', receivedAt))
  await run('backup', 'backup.db')
  expect((await run('restore', 'backup.db', '--force')).stderr).not.toMatch(/[Ee]rase/)
})

test('it says so when it cannot tell: the store is damaged, or there is none', async () => {
  const { run, use, store } = set()
  await use(ingest)
  await run('backup', 'backup.db')
  const other = set()
  writeFileSync(join(other.cwd, 'backup.db'), readFileSync(join(store, '..', 'backup.db')))
  expect((await other.run('restore', 'backup.db')).stderr).toContain('no other store to compare with')
  writeFileSync(store, readFileSync(store).subarray(0, 8_192))
  const damaged = await run('restore', 'backup.db', '--force')
  expect(damaged).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('cannot be read: whether somebody was erased') })
})

test('a backup of a sealed store is sealed, and its restore says which key it needs', async () => {
  const keys = testKeys('one')
  const { cwd, run, use } = set(keys)
  await use(ingest)
  const made = await run('backup', 'backup.db')
  expect(made.stderr).toContain(`It is sealed: whoever restores it needs key ${keys.sealing?.id}.`)
  expect(readFileSync(join(cwd, 'backup.db')).includes(email)).toBe(false)
  const restored = await run('restore', 'backup.db', '--force')
  expect(restored.stderr).toContain(`the relay needs key ${keys.sealing?.id} in RELAY_ENCRYPTION_KEY`)
  await use(async (store) => expect(await store.findEvent('e1')).toMatchObject({ event: { customer: { email } } }))
})
