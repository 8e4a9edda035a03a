import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores, noCounts, problemsOf } from '../chaos-row.ts'
import { judge } from '../support/judge.ts'
import { startRelayUnderTest } from '../support/relay-under-test.ts'
import { endWorld, restartWorld, resultOf, startWorld } from '../support/world.ts'

const longestStopMs = 25_000
const connections = 128

async function terminate(context: ChaosContext, seed: number): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true }, seed })
  world.producer.keepPosting(connections)
  await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1_000))
  const stoppedAt = performance.now()
  const endings = await world.fleet.stop()
  const stopMs = performance.now() - stoppedAt
  await world.producer.stop()
  const between = await judge(world.store, world.oracle)
  const afterSignal = world.fleet.relays.map(({ reports }) => reports.slice(reports.indexOf('stopping')))
  const claims = afterSignal.flat().filter((line) => line.startsWith('claiming')).length
  const end = await endWorld(await restartWorld(context, world))
  return resultOf('SIGTERM under load', end, [`ended after ${Math.round(stopMs)} ms with ${between.waiting} waiting`], {
    'it did not exit with 0': endings.every(({ code }) => code === 0),
    'it took 25 s or longer': stopMs < longestStopMs,
    'it claimed after the signal': world.fleet.relays.every(({ reports }) => reports.includes('stopping')) && claims === 0,
    'it kept leases': between.leased === 0,
    'I3: a clean stop made duplicates': end.counts.duplicates === 0,
  })
}

/** Row 5: a stop under load. */
export const termination: ChaosRow = {
  id: '5',
  name: 'SIGTERM under load',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    for (let round = 0; round < (context.isQuick ? 1 : 5); round += 1) results.push(await terminate(context, 50 + round))
    return results
  },
}

type Spoil = (path: string) => void

/** What is done to a store file before a start, and what the refusal must say. */
const spoilt: readonly { readonly name: string; readonly spoil: Spoil; readonly says: RegExp }[] = [
  { name: 'truncated in its header', spoil: (path) => truncateSync(path, 50), says: /not an SQLite database or is cut short/ },
  {
    name: 'overwritten with text',
    spoil: (path) => writeFileSync(path, 'These are notes.\n'.repeat(1_000)),
    says: /not an SQLite database/,
  },
  { name: 'of another program', spoil: foreign, says: /belongs to another program/ },
  { name: 'of a newer schema', spoil: (path) => setVersion(path, 9_999), says: /newer/ },
  { name: 'with a damaged page', spoil: damage, says: /damaged/ },
  { name: 'gone, its log left behind', spoil: leaveLog, says: /last writes are still in .*-wal/ },
]

function leaveLog(path: string): void {
  writeFileSync(`${path}-wal`, readFileSync(path))
  rmSync(path)
}

function foreign(path: string): void {
  const database = new Database(path)
  database.pragma('application_id = 1')
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}

function setVersion(path: string, version: number): void {
  const database = new Database(path)
  database.pragma(`user_version = ${version}`)
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}

const pageSize = 4_096

/** Everything after the first page. */
function damage(path: string): void {
  const bytes = readFileSync(path)
  writeFileSync(path, Buffer.concat([bytes.subarray(0, pageSize), Buffer.alloc(bytes.length - pageSize, 0x5a)]))
}

async function refuse(context: ChaosContext, template: string, one: (typeof spoilt)[number]): Promise<ChaosResult> {
  const store = await context.store()
  const { folder } = store
  const path = join(folder, 'relay.db')
  cpSync(template, path)
  one.spoil(path)
  const before = filesOf(folder)
  const relay = startRelayUnderTest({ entry: context.entry, store, urls: { klaviyo: 'http://127.0.0.1:1' } })
  const started = await relay.url.then(
    () => true,
    () => false,
  )
  if (started) relay.kill()
  const { code } = await relay.ended
  const after = filesOf(folder)
  return {
    fault: `store file ${one.name}`,
    counts: noCounts,
    notes: [relay.stderr().trim().split('\n')[0]?.replaceAll(folder, '').slice(0, 140) ?? ''],
    problems: problemsOf({
      'it started': !started,
      'it did not exit with 1': code === 1,
      'it does not say why': one.says.test(relay.stderr()) && !relay.stderr().includes('    at '),
      [`it wrote: ${after.filter((one) => !before.includes(one)).join(', ')}`]: before.join() === after.join(),
    }),
  }
}

/** Every file with content and its hash, but the lock, and the index that SQLite makes for reading a log. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !/\.lock|-shm$/.test(name) && statSync(join(folder, name)).size > 0)
    .toSorted()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    )
}

/** Row 8: a store file that is not what it should be. */
export const spoiltStores: ChaosRow = {
  id: '8',
  name: 'store file missing, truncated, foreign, older or newer',
  async run(context) {
    const world = await startWorld(context)
    await world.producer.postMany(200)
    const end = await endWorld(world)
    const results = [resultOf('store file missing', end, ['made anew'])]
    for (const one of spoilt) results.push(await refuse(context, join(world.store.folder, 'relay.db'), one))
    return results
  },
}

/** Row 9: a second relay on the same store. */
export const secondProcess: ChaosRow = {
  id: '9',
  name: 'second process on the embedded store',
  async run(context) {
    const world = await startWorld(context)
    world.producer.keepPosting(connections)
    const second = startRelayUnderTest({ entry: context.entry, store: world.store, urls: world.destinations.urls })
    const started = await second.url.then(
      () => true,
      () => false,
    )
    if (started) second.kill()
    const { code } = await second.ended
    const end = await endWorld(world)
    return [
      resultOf('second process under load', end, ['refused'], {
        'the second one started': !started,
        'it did not exit with 1': code === 1,
        'it does not name the holder': second.stderr().includes(`process ${world.relay.pid}`),
      }),
    ]
  },
}
