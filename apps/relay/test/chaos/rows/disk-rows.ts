import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { noCounts, problemsOf } from '../chaos-row.ts'
import { startDestinations } from '../support/destinations.ts'
import { createBreakableDisk, whyNoShim } from '../support/disk-shim.ts'
import { drain } from '../support/drain.ts'
import type { HookSettings } from '../support/hook-settings.ts'
import type { Judgement } from '../support/judge.ts'
import { judge } from '../support/judge.ts'
import { createLogWatch } from '../support/log-watch.ts'
import { createOracle } from '../support/oracle.ts'
import { createProducer, createPurchases } from '../support/producer.ts'
import { startRelayUnderTest, urlsOf } from '../support/relay-under-test.ts'

const connections = 128

function skip(fault: string): ChaosResult | undefined {
  const skipped = whyNoShim()
  return skipped === undefined ? undefined : { fault, counts: noCounts, notes: [], problems: [], skipped }
}

interface Cut {
  readonly counts: Judgement
  readonly taken: number
  readonly opens: boolean
}

/** Cuts, each followed by a restart on what the cut has left. Nothing is delivered, so that all is in the store. */
async function cutPower(context: ChaosContext, cuts: number, hook: HookSettings): Promise<Cut> {
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  const store = await context.store()
  const { folder } = store
  const disk = createBreakableDisk(folder)
  const purchases = createPurchases(700)
  const first = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls, hook })
  await first.url
  await first.stop()
  let taken = 0
  for (let cut = 0; cut < cuts; cut += 1) {
    const relay = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls, env: disk.env, hook })
    const url = await relay.url.catch(() => undefined)
    if (url === undefined) return { counts: emptyJudgement(oracle.acknowledged()), taken, opens: false }
    const producer = createProducer({ urls: () => [url], oracle, purchases })
    producer.keepPosting(connections)
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 600))
    relay.kill()
    await relay.ended
    await producer.stop()
    taken += disk.cutPower(cut % 2 === 0 ? 'nothing' : 'some')
    if (cut % 10 === 9) context.progress(`${cut + 1} power cuts`)
  }
  const last = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls })
  const opens = await last.url.then(
    () => true,
    () => false,
  )
  if (opens) await drain(last)
  await last.stop()
  const counts = opens ? await judge(store, oracle) : emptyJudgement(oracle.acknowledged())
  await destinations.close()
  return { counts, taken, opens }
}

function emptyJudgement(acknowledged: number): Judgement {
  const lost = acknowledged * 3
  return { ...noCounts, acknowledged, lost, leased: 0, farOff: 0, attempts: 0, mostAttempts: 0 }
}

/** Row 3: power cuts, and the proof that they would lose what is not synced. */
export const powerCuts: ChaosRow = {
  id: '3',
  name: 'power cut: unsynced writes are gone',
  async run(context) {
    const skipped = skip('power cut')
    if (skipped !== undefined) return [skipped]
    const cut = await cutPower(context, context.powerCuts, {})
    const without = await cutPower(context, 1, { synchronous: 'OFF' })
    return [
      {
        fault: `${context.powerCuts} power cuts`,
        counts: cut.counts,
        notes: [`${cut.taken} unsynced writes taken back`],
        problems: problemsOf({
          'the store does not open': cut.opens,
          'I1, I2: acknowledged events are lost': cut.counts.lost === 0,
          'something waits after the drain': cut.counts.waiting === 0,
          'nothing was unsynced at any cut': cut.taken > 0,
        }),
      },
      {
        fault: '1 power cut with synchronous=OFF (must lose)',
        counts: without.counts,
        notes: [`${without.taken} unsynced writes taken back`, ...(without.opens ? [] : ['the store does not open'])],
        problems: problemsOf({ 'it lost nothing, so the power cuts prove nothing': without.counts.lost > 0 }),
      },
    ]
  },
}

/** Row 4: an answer comes after a sync of its group. */
export const syncs: ChaosRow = {
  id: '4',
  name: 'sync really happens',
  async run(context) {
    const skipped = skip('syncs of acknowledged groups')
    if (skipped !== undefined) return [skipped]
    const store = await context.store()
    const { folder } = store
    const disk = createBreakableDisk(folder, { reports: true })
    const oracle = createOracle()
    const destinations = await startDestinations(oracle)
    const ledger = createSyncLedger()
    const watch = createLogWatch()
    const relay = startRelayUnderTest({
      entry: context.entry,
      store,
      urls: destinations.urls,
      env: disk.env,
      hook: { reports: true },
      onReport: ledger.line,
      onLog: watch.line,
    })
    const producer = createProducer({ urls: await urlsOf(relay), oracle, purchases: createPurchases(720) })
    await producer.postMany(context.isQuick ? 2_000 : 20_000)
    await producer.stop()
    await drain(relay)
    await relay.stop()
    await destinations.close()
    const counts = await judge(store, oracle)
    const { groups, unsynced, early, syncsSeen } = ledger.totals()
    return [
      {
        fault: 'syncs of acknowledged groups',
        counts,
        notes: [`${groups} groups, ${syncsSeen} syncs of the log`, `${early} answers before their sync`],
        problems: problemsOf({
          'a group was not synced': unsynced === 0 && groups > 0,
          'an answer came before its sync': early === 0,
          'acknowledged events are lost': counts.lost === 0,
        }),
      },
    ]
  },
}

interface SyncLedger {
  readonly line: (text: string) => void
  totals(): { readonly groups: number; readonly unsynced: number; readonly early: number; readonly syncsSeen: number }
}

function createSyncLedger(): SyncLedger {
  let groups = 0
  let unsynced = 0
  let early = 0
  let syncsSeen = 0
  let inGroup = 0
  let isOpen = false
  let answerable = 0
  return {
    line(text) {
      const [what, argument] = text.split(' ')
      if (what === 'commit:started') {
        isOpen = true
        inGroup = 0
      }
      if (what === 'sync' && argument === 'relay.db-wal') {
        syncsSeen += 1
        if (isOpen) inGroup += 1
      }
      if (what === 'commit:finished') {
        isOpen = false
        groups += 1
        if (inGroup === 0) unsynced += 1
        else answerable += Number(argument)
      }
      if (what === 'answered' && argument === 'stored') {
        answerable -= 1
        if (answerable < 0) early += 1
      }
    },
    totals: () => ({ groups, unsynced, early, syncsSeen }),
  }
}

const breakages = [
  { row: '6', how: 'full', name: 'disk full' },
  { row: '7', how: 'error', name: 'failing disk' },
  { row: '7', how: 'read-only', name: 'read-only disk' },
] as const

async function breakDisk(context: ChaosContext, { how, name }: (typeof breakages)[number]): Promise<ChaosResult> {
  const skipped = skip(name)
  if (skipped !== undefined) return skipped
  const store = await context.store()
  const { folder } = store
  const disk = createBreakableDisk(folder)
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  const watch = createLogWatch()
  const purchases = createPurchases(760)
  const relay = startRelayUnderTest({ entry: context.entry, store, urls: destinations.urls, env: disk.env, onLog: watch.line })
  const url = await relay.url
  const producer = createProducer({ urls: () => [url], oracle, purchases })
  producer.keepPosting(16)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  disk.break(how)
  // The relay looks at its disk once a second: until then it takes what fits in the room its log has already.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const before = producer.statuses.get(202) ?? 0
  await new Promise((resolve) => setTimeout(resolve, context.isQuick ? 2_000 : 10_000))
  const meanwhile = (producer.statuses.get(202) ?? 0) - before
  const answer = await fetch(`${url}/readyz`).catch(() => undefined)
  const header = await retryAfter(url)
  await producer.stop()
  disk.break('well')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const after = createProducer({ urls: () => [url], oracle, purchases })
  const recovered = await postUntilTaken(after)
  const pending = await drain(relay)
  await after.stop()
  const { code } = await relay.stop()
  await destinations.close()
  const counts = await judge(store, oracle)
  const refused = producer.statuses.get(503) ?? 0
  return {
    fault: name,
    counts,
    notes: [
      `${refused} answers 503 and ${meanwhile} answers 202 while it lasted`,
      `taken again ${recovered === undefined ? 'never' : 'by itself'}`,
    ],
    problems: problemsOf({
      'no answer was 503': refused > 0,
      'it answered 202 while the disk failed': meanwhile === 0,
      'the 503 has no Retry-After': header !== null,
      '/readyz did not say so': answer?.status === 503,
      'it does not recover by itself': recovered !== undefined,
      'acknowledged events are lost': counts.lost === 0,
      'something waits after the drain': pending === 0,
      'other answers than 202 and 503': [...producer.statuses.keys()].every((status) => status === 202 || status === 503),
      'it did not end by itself': code === 0,
      'I8: the log holds what it must not': watch.leaks().length === 0,
    }),
  }
}

async function retryAfter(url: string): Promise<string | null> {
  const { signedWebhook } = await import('@subtotal-connectors/testing/mocks')
  const { signingSecret } = await import('../support/secrets.ts')
  const { body, headers } = signedWebhook(createPurchases(790)().body, signingSecret)
  const answer = await fetch(`${url}/webhooks/subtotal`, { method: 'POST', body, headers }).catch(() => undefined)
  return answer?.headers.get('retry-after') ?? null
}

async function postUntilTaken(producer: ReturnType<typeof createProducer>): Promise<number | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await producer.post()) === 202) return attempt
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return undefined
}

/** What waits is delivered and recorded though the disk is full, with the room of the reserve. */
async function settleOnFullDisk(context: ChaosContext): Promise<ChaosResult> {
  const fault = 'disk full with deliveries waiting'
  const skipped = skip(fault)
  if (skipped !== undefined) return skipped
  const store = await context.store()
  const { folder } = store
  const disk = createBreakableDisk(folder)
  const oracle = createOracle()
  const destinations = await startDestinations(oracle)
  const watch = createLogWatch()
  for (const proxy of Object.values(destinations.proxies)) await proxy.setMode({ kind: 'refuse' })
  const start = { entry: context.entry, store, urls: destinations.urls, env: disk.env, onLog: watch.line }
  const before = startRelayUnderTest(start)
  const producer = createProducer({ urls: await urlsOf(before), oracle, purchases: createPurchases(770) })
  await producer.postMany(2_000)
  await before.stop()
  // The log of a relay that has ended is in its file: the next one has to grow.
  const relay = startRelayUnderTest(start)
  const after = createProducer({ urls: await urlsOf(relay), oracle, purchases: createPurchases(771) })
  const waiting = await drain(relay, 0)
  disk.break('full')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  for (const proxy of Object.values(destinations.proxies)) await proxy.setMode({ kind: 'pass' })
  const pending = await drain(relay, 120_000)
  const refused = await after.post()
  const reserve = existsSync(join(folder, 'relay.db.reserve'))
  disk.break('well')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  const recovered = await postUntilTaken(after)
  await drain(relay)
  await Promise.all([producer.stop(), after.stop()])
  const { code } = await relay.stop()
  await destinations.close()
  const counts = await judge(store, oracle)
  return {
    fault,
    counts,
    notes: [
      `${waiting - pending} of ${waiting} recorded while it was full`,
      `the reserve was ${reserve ? 'kept' : 'given back'}`,
    ],
    problems: problemsOf({
      'what waited was not delivered on the full disk': waiting > 0 && pending === 0,
      'a new event was taken on the full disk': refused === 503,
      'the reserve was not needed, so nothing is proved': !reserve,
      'it does not recover by itself': recovered !== undefined,
      'acknowledged events are lost': counts.lost === 0,
      'I3: results were forgotten': counts.duplicates === 0,
      'it did not end by itself': code === 0,
      'I8: the log holds what it must not': watch.leaks().length === 0,
    }),
  }
}

function diskRow(id: string, name: string): ChaosRow {
  return {
    id,
    name,
    async run(context) {
      const results: ChaosResult[] = []
      for (const one of breakages) if (one.row === id) results.push(await breakDisk(context, one))
      if (id === '6') results.push(await settleOnFullDisk(context))
      return results
    },
  }
}

/** Row 6: files can no longer grow. */
export const fullDisk: ChaosRow = diskRow('6', 'disk full')

/** Row 7: every write fails. */
export const failingDisk: ChaosRow = diskRow('7', 'read-only or failing disk')
