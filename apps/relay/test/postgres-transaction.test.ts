import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { openPool } from '../src/store/postgres/open-pool.ts'
import type { PostgresDatabase } from '../src/store/postgres/postgres-database.ts'
import { postgresDatabase } from '../src/store/postgres/postgres-database.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

let databases: PostgresDatabases
let database: PostgresDatabase
beforeAll(async () => {
  databases = await postgresDatabases()
  database = postgresDatabase(openPool({ url: await databases.create() }), systemClock)
  await database.run('CREATE TABLE numbers (number int PRIMARY KEY)')
})
afterAll(async () => {
  await database.close()
  await databases.stop()
})

const add = 'INSERT INTO numbers VALUES ($1)'
const count = (number: number) => database.value('SELECT count(*) FROM numbers WHERE number = $1', number)

test('what is written and not waited for is there when the transaction has ended', async () => {
  await database.transaction(async (session) => session.write(add, 1))
  expect(await count(1)).toBe(1)
})

test('a write that fails undoes the transaction, which says why', async () => {
  const failing = database.transaction(async (session) => {
    session.write(add, 2)
    session.write('SELECT 1 / 0')
    session.write(add, 3)
    return 'done'
  })
  await expect(failing).rejects.toThrow('division by zero')
  expect(await count(2)).toBe(0)
})

test('after a write that failed the transaction says why too if it goes on', async () => {
  const failing = database.transaction(async (session) => {
    session.write('SELECT 1 / 0')
    await session.run(add, 4)
    session.write(add, 5)
  })
  await expect(failing).rejects.toThrow('division by zero')
  expect(await count(4)).toBe(0)
})

test('of two that write the same row the later one runs again, and sees it', async () => {
  const both = await Promise.all(
    [1, 2].map(() =>
      database.transaction(async (session) => {
        if ((await session.value('SELECT count(*) FROM numbers WHERE number = 6')) === 1) return 'seen'
        session.write(add, 6)
        return 'written'
      }),
    ),
  )
  expect(both.toSorted()).toEqual(['seen', 'written'])
  expect(await count(6)).toBe(1)
})

test('the connection of a transaction that failed is used again', async () => {
  const pid = 'SELECT pg_backend_pid()'
  const before = await database.value(pid)
  await expect(database.transaction(async (session) => session.write('SELECT 1 / 0'))).rejects.toThrow()
  expect(await database.value(pid)).toBe(before)
})
