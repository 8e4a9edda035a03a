import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import type { StoreKind } from '../support/chaos-store.ts'
import { startDestinations } from '../support/destinations.ts'
import { drain } from '../support/drain.ts'
import type { ProxyMode } from '../support/fault-proxy.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { createOracle } from '../support/oracle.ts'
import { inMs, percentile } from '../support/percentile.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const start = Date.parse('2026-11-20T12:00:00Z')
const events = 500
const mostAttemptsInOutage = 2

/** Failed attempts that were spent, as the relay told. */
function spentAttempts(world: World): number {
  return world.reports.filter((line) => /^attempted \w+ (retry|dead)/.test(line)).length
}

function batches(world: World, destination: string): number {
  return world.reports.filter((line) => line.startsWith(`batch ${destination} `)).length
}

async function outage(context: ChaosContext, mode: ProxyMode, name: string, lastsMs: number): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 300 })
  const proxy = world.destinations.proxies.klaviyo
  await proxy.setMode(mode)
  await world.producer.postMany(events)
  const stepMs = Math.min(lastsMs, 10 * minuteMs)
  for (let passed = 0; passed < lastsMs; passed += stepMs) await world.advance(stepMs)
  const probes = batches(world, 'klaviyo')
  const during = spentAttempts(world)
  const deadInOutage = world.reports.filter((line) => line.startsWith('attempted klaviyo dead')).length
  await proxy.setMode({ kind: 'pass' })
  let recoveryMs = 0
  for (; recoveryMs < 3 * hourMs && !isDelivered(world, 'klaviyo'); recoveryMs += minuteMs) await world.advance(minuteMs)
  const end = await endWorld(world)
  const notes = [
    `${probes} calls and ${during} failed attempts in the outage`,
    `at most ${end.counts.mostAttempts} for one event`,
    `all delivered ${recoveryMs / minuteMs} min after it`,
  ]
  return resultOf(`destination ${name} for ${span(lastsMs)}`, end, notes, {
    'something died in the outage': deadInOutage === 0,
    'an event spent more than two attempts': end.counts.mostAttempts <= mostAttemptsInOutage,
    'it took longer than six minutes to go on': recoveryMs <= 6 * minuteMs,
  })
}

function isDelivered(world: World, destination: string): boolean {
  const delivered = world.reports.filter((line) => line.startsWith(`attempted ${destination} delivered`)).length
  return delivered >= world.oracle.acknowledged()
}

function span(ms: number): string {
  return ms < hourMs ? `${ms / minuteMs} min` : `${ms / hourMs} h`
}

/** Row 10: a destination is down. */
export const outages: ChaosRow = {
  id: '10',
  name: 'destination down',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    const lengths = context.isQuick ? [hourMs] : [minuteMs, hourMs, 24 * hourMs]
    for (const lastsMs of lengths) {
      for (const [mode, name] of [
        [{ kind: 'refuse' }, 'refuses connections'],
        [{ kind: 'reset' }, 'resets connections'],
      ] as const) {
        results.push(await outage(context, mode, name, lastsMs))
        context.progress(`${name} ${span(lastsMs)}`)
      }
    }
    return results
  },
}

/**
 * Webhooks a second. Three relays, their database, the mocks and the producer share one machine: where it is short of time without a fault,
 * twice the p99 of that proves nothing.
 */
const steadily: Readonly<Record<StoreKind, number>> = { sqlite: 100, postgres: 25 }

/** The p99 of what arrives at the healthy destinations under a steady load; infinite when half of it does not arrive. */
async function healthyLatency(world: World, forMs: number): Promise<number> {
  const before = world.oracle.acknowledged()
  world.oracle.resetLatencies()
  await world.producer.postSteadily(steadily[world.store.kind], forMs)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const latencies = [...world.oracle.latencies('braze'), ...world.oracle.latencies('customerio')]
  const taken = world.oracle.acknowledged() - before
  return latencies.length < taken ? Number.POSITIVE_INFINITY : percentile(latencies, 0.99)
}

async function isolate(context: ChaosContext, mode: ProxyMode, name: string): Promise<ChaosResult> {
  const forMs = context.isQuick ? 5_000 : 40_000
  const world = await startWorld(context, { hook: { reports: true }, seed: 330 })
  await world.producer.postMany(events)
  await drain(world.relay)
  await healthyLatency(world, 2_000)
  const without = await healthyLatency(world, forMs)
  await world.destinations.proxies.klaviyo.setMode(mode)
  const during = await healthyLatency(world, forMs)
  const peak = Math.max(...world.fleet.relays.map((relay) => relay.peakBytes())) / 1024 ** 2
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  const end = await endWorld(world, { drainMs: context.isQuick ? 60_000 : 600_000 })
  const rate = `at ${steadily[context.kind]}/s`
  const notes = [`others' p99 ${rate} ${inMs(without)} before, ${inMs(during)} during`, `${Math.round(peak)} MiB`]
  return resultOf(`destination ${name}`, end, notes, { 'I5: others had twice the p99': during <= 2 * without + 20 })
}

/** Row 11: a destination is slow, hangs, or trickles. */
export const slowness: ChaosRow = {
  id: '11',
  name: 'destination slow, hanging, or one byte a second',
  stores: bothStores,
  async run(context) {
    return [
      await isolate(context, { kind: 'slow', delayMs: 29_000 }, 'answers after 29 s'),
      await isolate(context, { kind: 'silent' }, 'never answers'),
      await isolate(context, { kind: 'trickle', everyMs: 1_000 }, 'answers a byte a second'),
    ]
  },
}

type Header = Readonly<Record<string, string>>

const storms: readonly { readonly name: string; readonly headers: () => Header; readonly pauseMs: number }[] = [
  { name: 'with seconds', headers: () => ({ 'retry-after': '30' }), pauseMs: 30_000 },
  { name: 'with a date', headers: () => ({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }), pauseMs: 50_000 },
  { name: 'with a past date', headers: () => ({ 'retry-after': 'Fri, 20 Nov 2020 12:00:00 GMT' }), pauseMs: 0 },
  { name: 'with ten years', headers: () => ({ 'retry-after': '315360000' }), pauseMs: hourMs },
  { name: 'without a header', headers: () => ({}), pauseMs: minuteMs },
]

async function storm(context: ChaosContext, { name, headers, pauseMs }: (typeof storms)[number]): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 340 })
  const answer = {
    kind: 'answer',
    status: 429,
    headers: headers(),
    body: { errors: [{ status: 429, code: 'throttled' }] },
  } as const
  world.destinations.fail('klaviyo', answer, Number.POSITIVE_INFINITY)
  await world.producer.postMany(events)
  await world.advance(1_000)
  const first = batches(world, 'klaviyo')
  await world.advance(Math.max(0, pauseMs - 1_500))
  const inPause = batches(world, 'klaviyo') - first
  await world.advance(10 * minuteMs)
  world.destinations.recover('klaviyo')
  // It may just have been told to wait once more, and asks after up to a tenth more than that.
  await world.advance(context.isQuick ? 1.1 * pauseMs + hourMs / 2 : 2 * hourMs)
  const calls = batches(world, 'klaviyo')
  const metrics = await (await fetch(`${world.url}/metrics`)).text()
  const factor = Number(/relay_rate_factor\{destination="klaviyo"\} ([\d.]+)/.exec(metrics)?.[1] ?? 0)
  const end = await endWorld(world)
  return resultOf(`429 storm ${name}`, end, [`${first} calls at first, ${inPause} in the pause, ${calls} in all`], {
    'it spent attempts': end.counts.mostAttempts === 0 && end.counts.attempts === 0,
    'it called during the pause': inPause === 0,
    [`the rate is at ${factor} of the limit afterwards`]: factor >= 0.9,
  })
}

/** Row 13: a destination limits the rate. */
export const rateLimits: ChaosRow = {
  id: '13',
  name: '429 storm',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    for (const one of storms) results.push(await storm(context, one))
    return results
  },
}

/** Row 16: keys are revoked and restored. */
export const revokedKeys: ChaosRow = {
  id: '16',
  name: 'credentials revoked, then restored',
  stores: bothStores,
  async run(context) {
    const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 360 })
    const answer = { kind: 'answer', status: 401, body: { errors: [{ status: 401, code: 'not_authenticated' }] } } as const
    world.destinations.fail('klaviyo', answer, Number.POSITIVE_INFINITY)
    await world.producer.postMany(events)
    const hours = context.isQuick && context.kind === 'postgres' ? 3 : 24
    for (let hour = 0; hour < hours; hour += 1) await world.advance(hourMs)
    const stats = JSON.stringify(await world.relay.get('/readyz'))
    const probes = batches(world, 'klaviyo')
    world.destinations.recover('klaviyo')
    let resumedMs = 0
    for (; resumedMs < hourMs && !isDelivered(world, 'klaviyo'); resumedMs += 10_000) await world.advance(10_000)
    const end = await endWorld(world)
    const notes = [
      `${probes} calls in ${hours} h of 401`,
      `all delivered ${Math.round(resumedMs / 1000)} s after the key was good again`,
    ]
    return [
      resultOf(`key revoked for ${hours} h`, end, notes, {
        'it spent attempts': end.counts.mostAttempts === 0,
        'the lane was not blocked': stats.includes('"blocked"'),
        'it took six minutes or longer to resume': resumedMs < 6 * minuteMs,
        'it probed more often than every five minutes': probes <= hours * 12 + 10,
      }),
    ]
  },
}

/** Row 17: the destination's name is not found, then means another address. */
export const names: ChaosRow = {
  id: '17',
  name: 'DNS failure and change',
  stores: bothStores,
  async run(context) {
    const oracle = createOracle()
    const destinations = await startDestinations(oracle)
    const { port } = destinations.proxies.klaviyo
    const urls = { ...destinations.urls, klaviyo: `http://localhost:${port}` }
    const hook = { reports: true, virtualTime: start, controlsNames: true }
    const world = await startWorld(context, { hook, seed: 370, oracle, destinations, urls })
    await world.producer.postMany(100)
    await world.advance(1_000)
    await world.fleet.command({ kind: 'names', address: null })
    await world.destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
    await world.producer.postMany(100)
    for (let step = 0; step < 6; step += 1) await world.advance(10 * minuteMs)
    const failed = spentAttempts(world)
    const moved = await startFaultProxy(destinations.mockPorts.klaviyo, '127.0.0.2', port)
    await world.fleet.command({ kind: 'names', address: '127.0.0.2' })
    await world.advanceUntilDrained(2 * hourMs)
    const end = await endWorld(world)
    const reached = moved.connections
    await moved.close()
    return [
      resultOf('name not found for 1 h, then another address', end, [`${failed} failed attempts meanwhile`], {
        'the new address was not used': reached > 0,
      }),
    ]
  },
}
