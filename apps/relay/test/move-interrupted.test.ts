import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { MoveProgress } from '../src/store/move/move-store.ts'
import type { MoveTarget } from '../src/store/move/move-target.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { later } from './store-suite/suite-harness.ts'
import { filledKeys, filledOrder, fillSqliteStore } from './support/filled-store.ts'
import { heldPart } from './support/held-part.ts'
import { moveStoreOnce } from './support/move-store-once.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { postgresContents, sqliteContents } from './support/store-contents.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

const stop = new Error('Stop.')

async function filledStore(): Promise<string> {
  const path = join(temporaryFolder(), 'relay.db')
  await fillSqliteStore(path)
  return path
}

/** Notes in `written` each part that is written, as `table number`. */
function writing(written: string[]): (target: MoveTarget) => MoveTarget {
  return (target) => ({
    ...target,
    async replace(table, after, part, rows) {
      await target.replace(table, after, part, rows)
      written.push(`${table.name} ${part.number}`)
    },
  })
}

/** Stops a run when so many parts are done. */
function stoppingAfter(parts: number): (progress: MoveProgress) => void {
  let done = 0
  return () => {
    done += 1
    if (done === parts) throw stop
  }
}

describe('a move that is interrupted', () => {
  const rowsAtOnce = 6

  test('after each of its parts goes on where it was, does none of them twice, and ends as one that was not', async () => {
    const path = await filledStore()
    const whole = await databases.create()
    const parts: string[] = []
    expect(await moveStoreOnce(path, whole, { rowsAtOnce, through: writing(parts) })).toMatchObject({ isFinished: true })
    expect(parts.length).toBeGreaterThan(35)

    const url = await databases.create()
    const written: string[] = []
    for (let count = 1; count <= parts.length; count += 1) {
      const run = { rowsAtOnce, onProgress: stoppingAfter(count), through: writing(written) }
      await expect(moveStoreOnce(path, url, run)).rejects.toBe(stop)
      expect(written).toEqual(parts.slice(0, count))
    }
    expect(await moveStoreOnce(path, url, { rowsAtOnce, through: writing(written) })).toMatchObject({
      isFinished: true,
      copied: 0,
    })
    expect(written).toEqual(parts)
    const before = sqliteContents(path)
    expect(await postgresContents(url, before)).toEqual(before)
    expect(await postgresContents(whole, before)).toEqual(before)
  }, 120_000)

  test('by a change that the relay on its source makes meanwhile says so, and is gone on with', async () => {
    const path = await filledStore()
    const url = await databases.create()
    const relay = await openSqliteStore(path, later, { encryption: filledKeys, orderedDestinations: filledOrder })
    const changing = (target: MoveTarget): MoveTarget => ({
      ...target,
      async replace(table, after, part, rows) {
        await target.replace(table, after, part, rows)
        if (table.name !== 'identity_arrivals' || part.number > 1) return
        const other = new Database(path)
        other.exec('UPDATE identity_arrivals SET id = id + 1000 WHERE id = (SELECT min(id) FROM identity_arrivals)')
        other.close()
      },
    })
    const run = { rowsAtOnce: 1, through: changing }
    await expect(moveStoreOnce(path, url, run)).rejects.toThrow('The old store changed while identity_arrivals was read')
    await relay.close()
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
    const before = sqliteContents(path)
    expect(await postgresContents(url, before)).toEqual(before)
  })

  test('in the middle of a part, as its connection is lost, leaves nothing of the part, and goes on with it', async () => {
    const path = await filledStore()
    const url = await databases.create()
    const written: string[] = []
    let rows = 0
    const through = (target: MoveTarget): MoveTarget =>
      writing(written)({
        ...target,
        async replace(...given) {
          await target.replace(...given)
          rows += given[3].length
        },
      })
    for (const point of ['events 1', 'deliveries 5', 'person_index 2', 'activity 1']) {
      const held = await heldPart(url, point)
      onTestFinished(held.release)
      const moving = expect(moveStoreOnce(path, url, { rowsAtOnce, through })).rejects.toThrow('terminating connection')
      await held.isReached()
      await held.cut()
      await moving
      await held.release()
      expect(await partsIn(url)).toEqual(new Set(written))
      expect(await rowsIn(url, path), point).toBe(rows)
    }
    expect(await moveStoreOnce(path, url, { rowsAtOnce, through })).toMatchObject({ isFinished: true })
    expect(new Set(written).size).toBe(written.length)
    const before = sqliteContents(path)
    expect(await postgresContents(url, before)).toEqual(before)
  })
})

/** How many rows of the store have come so far. */
async function rowsIn(url: string, path: string): Promise<number> {
  const { tables } = await postgresContents(url, sqliteContents(path))
  return Object.values(tables).reduce((sum, { length }) => sum + length, 0)
}

async function partsIn(url: string): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ readonly name: string }>(
    "SELECT table_name || ' ' || part AS name FROM relay.moved_parts",
  )
  await client.end()
  return new Set(rows.map(({ name }) => name))
}

describe('the progress of a move', () => {
  test('grows with every part up to the number of all rows, also where an earlier run has got', async () => {
    const path = await filledStore()
    const url = await databases.create()
    const [first, second]: [MoveProgress[], MoveProgress[]] = [[], []]
    const stopping = stoppingAfter(40)
    const onProgress = (progress: MoveProgress) => {
      first.push(progress)
      stopping(progress)
    }
    await expect(moveStoreOnce(path, url, { rowsAtOnce: 3, onProgress })).rejects.toBe(stop)
    await moveStoreOnce(path, url, { rowsAtOnce: 3, onProgress: (progress) => second.push(progress) })
    const total = Object.values(sqliteContents(path).tables).reduce((sum, rows) => sum + rows.length, 0)
    for (const told of [first, second]) {
      expect(new Set(told.map((progress) => progress.total))).toEqual(new Set([total]))
      const rows = told.map((progress) => progress.rows)
      expect(rows).toEqual(rows.toSorted((one, other) => one - other))
      expect(new Set(rows).size).toBe(rows.length)
    }
    expect(first.length).toBe(40)
    expect(second.slice(0, 40)).toEqual(first)
    expect(first.at(-1)?.rows).toBeLessThan(total)
    expect(second.at(-1)?.rows).toBe(total)
  })
})
