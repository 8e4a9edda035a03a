import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import type { ClockJump } from '../support/clock-jumps.ts'
import { jumps } from '../support/clock-jumps.ts'
import { postSigned } from '../support/post-signed.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'
import { clocksApart } from './shared-clock-rows.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const pollMs = 10
const start = Date.parse('2026-11-20T12:00:00Z')

/** A jump while calls are with a destination that has not answered yet, and while others wait for their retry. */
async function jumpClock(context: ChaosContext, { name, ms }: ClockJump): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 500 })
  await world.producer.postMany(50)
  await world.advance(1_000)
  await world.destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
  await world.destinations.proxies.braze.setMode({ kind: 'slow', delayMs: 3_000 })
  const before = batchesTo(world, 'braze')
  await world.producer.postMany(200)
  const advanced = world.advance(1_000)
  while (batchesTo(world, 'braze') < before + 2) await new Promise((resolve) => setTimeout(resolve, pollMs))
  await world.jump(ms)
  // A full batch of new events is claimed at once, while calls are out.
  await world.producer.postMany(100)
  await advanced
  const spent = attemptsAt(world, 'klaviyo')
  await world.advance(minuteMs)
  const soon = attemptsAt(world, 'klaviyo') - spent
  await world.destinations.proxies.braze.setMode({ kind: 'pass' })
  await world.destinations.proxies.klaviyo.setMode({ kind: 'pass' })
  await world.producer.postMany(10)
  for (let step = 0; step < 12; step += 1) await world.advance(10 * minuteMs)
  const end = await endWorld(world)
  return resultOf(`clock jumps ${name}`, end, [`${soon} failed attempts of 300 waiting events in the minute after`], {
    'no early end of a lease: something was sent twice': end.counts.duplicates === 0,
    'a storm of retries': soon <= 1_200,
  })
}

function batchesTo(world: World, destination: string): number {
  return world.reports.filter((line) => line.startsWith(`batch ${destination} `)).length
}

function attemptsAt(world: World, destination: string): number {
  return world.reports.filter((line) => line.startsWith(`attempted ${destination} retry`)).length
}

/** Row 18: the clock is corrected. */
export const clockJumps: ChaosRow = {
  id: '18',
  name: 'clock jumps',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    const run = context.kind === 'sqlite' ? jumpClock : clocksApart
    for (const jump of jumps) {
      results.push(await run(context, jump))
      context.progress(jump.name)
    }
    return results
  },
}

/** The clocks of several relays are moved in short steps: days would take hours, and their time of day is moved instead. */
async function pass(world: World, ms: number): Promise<void> {
  if (world.store.relays > 1 && ms > dayMs) return world.jump(ms)
  for (let passed = 0; passed < ms; passed += 6 * hourMs) await world.advance(Math.min(ms, 6 * hourMs))
}

/** Row 19: the same webhook again, at once and later, unchanged and changed. */
export const duplicateWebhooks: ChaosRow = {
  id: '19',
  name: 'duplicate webhooks',
  stores: bothStores,
  async run(context) {
    const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 520 })
    const webhook = world.purchases()
    const changed = webhook.body.replace(/"retailer_id" *: *"[^"]*"|"merchant_id" *: *"[^"]*"/, (found) =>
      found.replace(/"[^"]*"$/, '"changed"'),
    )
    const together = await Promise.all(Array.from({ length: 50 }, () => world.producer.post(webhook)))
    await world.advance(1_000)
    const results: string[] = []
    for (const wait of [hourMs, 30 * dayMs]) {
      await pass(world, wait)
      results.push((await postSigned(world.url, webhook.body, world.now())).text)
    }
    results.push((await postSigned(world.url, changed, world.now())).text)
    await world.advance(1_000)
    const metrics = await (await fetch(`${world.url}/metrics`)).text()
    const end = await endWorld(world)
    return [
      resultOf(
        'one webhook 50 times at once, after 1 h, after 30 days, and changed',
        end,
        ['one event, delivered once to each'],
        {
          'one of the 50 was refused': together.every((status) => status === 202),
          'a later one was not a duplicate': results.every((text) => text.includes('duplicate')),
          'it was delivered more than once': end.counts.duplicates === 0 && end.counts.acknowledged === 1 + world.store.relays,
          'the conflict was not counted': changed === webhook.body || /relay_ingest_changed_total 1\b/.test(metrics),
        },
      ),
    ]
  },
}

/** Row 22: a captured webhook is sent again with its own signature. */
export const capturedWebhooks: ChaosRow = {
  id: '22',
  name: 'replayed capture inside and outside the window',
  async run(context) {
    const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 540 })
    const webhook = world.purchases()
    const first = await world.producer.post(webhook)
    await world.advance(23 * hourMs)
    const inside = await postSigned(world.url, webhook.body, start)
    await world.advance(2 * hourMs)
    const outside = await postSigned(world.url, webhook.body, start)
    const ahead = await postSigned(world.url, webhook.body, world.now() + 25 * hourMs)
    const end = await endWorld(world)
    return [
      resultOf(
        'capture after 23 h, after 25 h, and from the future',
        end,
        [`${inside.status}, ${outside.status}, ${ahead.status}`],
        {
          'the first was not taken': first === 202,
          'inside the window it is not a duplicate': inside.status === 202 && inside.text.includes('duplicate'),
          'outside the window it is not refused': outside.status === 401 && ahead.status === 401,
          'it was delivered more than once': end.counts.duplicates === 0,
        },
      ),
    ]
  },
}
