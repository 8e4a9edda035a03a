import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { incoming, receivedAt } from '../../../test/support/incoming.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { openSqliteStore } from './sqlite-store.ts'

const spoil: readonly (readonly [string, (path: string) => void])[] = [
  ['deleted', (path) => rmSync(path)],
  ['moved', (path) => renameSync(path, `${path}.moved`)],
  [
    'replaced',
    (path) => {
      copyFileSync(path, `${path}.copy`)
      renameSync(`${path}.copy`, path)
    },
  ],
]

test.each([
  ...spoil.map(([name, act]) => [`the store was ${name}`, act] as const),
  ...spoil.slice(0, 1).map(([name, act]) => [`its log was ${name}`, (path: string) => act(`${path}-wal`)] as const),
])('nothing is acknowledged once %s', async (_name, act) => {
  const path = join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  onTestFinished(() => store.close())
  const one = (id: string) => ({ events: [incoming(makeConnectionEvent('account.connected', { id }))], destinations: ['one'] })
  await store.ingest(one('e1'))
  await store.checkWrite()
  act(path)
  await expect(store.ingest(one('e2'))).rejects.toThrow('deleted, moved or replaced')
  await expect(store.checkWrite()).rejects.toThrow('deleted, moved or replaced')
  const body = Buffer.from('x')
  const webhook = { reason: 'ERR_WEBHOOK_NOT_JSON', fields: [], body, bodyHash: 'h', signedAt: receivedAt, receivedAt }
  await expect(store.quarantine(webhook)).rejects.toThrow('deleted, moved or replaced')
})
