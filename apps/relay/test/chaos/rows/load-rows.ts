import { readdirSync } from 'node:fs'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import type { LoadPhase } from '../support/load-process.ts'
import { inMs, percentile } from '../support/percentile.ts'
import { runLoad } from '../support/run-load.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'

const mebibyte = 1024 ** 2
const secondMs = 1_000
const minuteMs = 60 * secondMs

interface LoadRow {
  readonly name: string
  /** What the 99th percentile should be on a machine that has room for all this; no promise, as machines differ. */
  readonly targetMs: number
  /** More comes in than can be synced one by one. */
  readonly isCrowded: boolean
  readonly seed: number
  readonly phases: readonly LoadPhase[]
}

async function measureLoad(context: ChaosContext, { name, targetMs, isCrowded, seed, phases }: LoadRow): Promise<ChaosResult> {
  const world = await startWorld(context, { isDirect: true })
  const done = await runLoad({ url: world.url, seed, phases })
  world.oracle.adopt(done.sent)
  const groupSize = await meanGroupSize(world)
  const peak = world.relay.peakBytes() / mebibyte
  const end = await endWorld(world, { drainMs: 300_000 })
  const [p50, p99] = [0.5, 0.99].map((share) => inMs(percentile(done.latencies, share)))
  const notes = [
    `acknowledged p50 ${p50}, p99 ${p99} (target ${targetMs} ms)`,
    `${groupSize.toFixed(1)} events a sync`,
    `${Math.round(peak)} MiB`,
  ]
  return resultOf(`load: ${name}`, end, notes, {
    'events did not share their syncs': !isCrowded || groupSize > 2,
    'something was refused': done.statuses.every(([status]) => status === 202),
  })
}

async function meanGroupSize(world: World): Promise<number> {
  const text = await (await fetch(`${world.url}/metrics`)).text()
  const read = (name: string): number => Number(new RegExp(`^relay_store_group_size_${name} (.*)$`, 'm').exec(text)?.[1])
  return read('sum') / read('count')
}

const warmUp = { perSecond: 200, forMs: 5 * secondMs, restMs: secondMs, isMeasured: false }
const burst = { perSecond: 2_000, forMs: 10 * secondMs, restMs: 5 * secondMs, isMeasured: true }

function steady(context: ChaosContext): Promise<ChaosResult> {
  const phase = { perSecond: 200, forMs: context.isQuick ? 10 * secondMs : minuteMs, restMs: 0, isMeasured: true }
  return measureLoad(context, { name: '200/s', targetMs: 25, isCrowded: false, seed: 800, phases: [warmUp, phase] })
}

function bursts(context: ChaosContext): Promise<ChaosResult> {
  const phases = [warmUp, ...Array.from({ length: context.isQuick ? 1 : 3 }, () => burst)]
  return measureLoad(context, { name: 'bursts of 2,000/s for 10 s', targetMs: 250, isCrowded: true, seed: 810, phases })
}

/** Load, with what an acknowledgement takes. */
export const load: ChaosRow = {
  id: 'load',
  name: 'load',
  run: async (context) => [await steady(context), await bursts(context)],
}

const failures = [
  { kind: 'reset' },
  { kind: 'accept_then', failure: 'reset' },
  { kind: 'html' },
  { kind: 'answer', status: 500 },
  { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
] as const

const start = Date.parse('2026-11-20T12:00:00Z')
const soakPerSecond = 50
const callsPerFailure = 100
/** A batch lingers 200 ms. */
const callsPerSecond = 5
const names = ['klaviyo', 'customerio', 'braze'] as const

/** One call in a hundred fails, at each destination. */
async function soakMinute(world: World): Promise<void> {
  for (let second = 0; second < 60; second += 1) {
    for (const name of names) {
      const failure = failures[Math.floor(Math.random() * failures.length)]
      if (failure !== undefined && Math.random() * callsPerFailure < callsPerSecond) world.destinations.fail(name, failure)
    }
    await world.producer.postMany(soakPerSecond)
    await world.advance(secondMs)
  }
}

/** Row 37: an hour of the relay's time with one per cent of faults. */
export const soak: ChaosRow = {
  id: '37',
  name: 'memory and descriptors over an hour',
  async run(context) {
    const minutes = context.isQuick ? 2 : 60
    const world = await startWorld(context, { hook: { virtualTime: start }, seed: 820 })
    const samples: { bytes: number; descriptors: number }[] = []
    for (let minute = 0; minute < minutes; minute += 1) {
      await soakMinute(world)
      samples.push(sample(world.relay.pid, world.relay.residentBytes()))
      if (minute % 10 === 9) context.progress(`${minute + 1} min, ${Math.round((samples.at(-1)?.bytes ?? 0) / mebibyte)} MiB`)
    }
    const end = await endWorld(world, { mayDie: true, drainMs: 600_000 })
    const early = samples[Math.floor(samples.length / 6)]
    const last = samples.at(-1)
    const growth = (last?.bytes ?? 0) - (early?.bytes ?? 0)
    const notes = [
      `memory ${Math.round((early?.bytes ?? 0) / mebibyte)} MiB after ${Math.floor(samples.length / 6) + 1} min, ${Math.round((last?.bytes ?? 0) / mebibyte)} MiB at the end`,
      `descriptors ${early?.descriptors ?? 0} and ${last?.descriptors ?? 0}`,
    ]
    return [
      resultOf(`${minutes} min of the relay's time at ${soakPerSecond}/s, 1 % of calls fail`, end, notes, {
        'memory grew by more than 64 MiB': growth <= 64 * mebibyte,
        'descriptors grew': (last?.descriptors ?? 0) <= (early?.descriptors ?? 0) + 20,
      }),
    ]
  },
}

function sample(pid: number, bytes: number): { bytes: number; descriptors: number } {
  return { bytes, descriptors: readdirSync(`/proc/${pid}/fd`).length }
}
