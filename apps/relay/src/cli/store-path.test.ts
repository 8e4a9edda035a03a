import process from 'node:process'
import { expect, test } from 'vitest'
import type { CommandContext } from './command-context.ts'
import { storeFolder, storePath } from './store-path.ts'

function contextOf(store: string): CommandContext {
  const { stdin, stdout, stderr } = process
  return { env: { RELAY_STORE: store }, cwd: '/srv', stdin, stdout, stderr, stopSignal: () => AbortSignal.abort() }
}

test('what belongs to a store is beside its file, or in data', () => {
  expect(storeFolder(contextOf('sqlite:./kept/relay.db'))).toBe('/srv/kept')
  expect(storeFolder(contextOf('postgres://relay@db.example/relay'))).toBe('/srv/data')
})

test('what is done to a file is refused for a database, in a sentence without its password', () => {
  expect(storePath(contextOf('sqlite:./kept/relay.db'))).toBe('/srv/kept/relay.db')
  expect(() => storePath(contextOf('postgres://relay:p4ss@db.example/relay'))).toThrow(
    /^RELAY_STORE names a PostgreSQL database, and this is for a store in one SQLite file\./,
  )
})
