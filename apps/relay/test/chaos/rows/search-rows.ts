import { get } from 'node:http'
import type { ChaosRow } from '../chaos-row.ts'
import { drain } from '../support/drain.ts'
import { inMs, percentile } from '../support/percentile.ts'
import type { World } from '../support/world.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'
import { buildStore } from './backlog-rows.ts'

const perSecond = 50
const replayed = 100
/** The worst there are: nothing matches, so that all is looked at. */
const paths = [
  '/api/v1/deliveries?type=profile.updated&status=delivered&limit=500',
  '/api/v1/events?retailer=nowhere&limit=500',
  '/console/events?retailer=nowhere',
  '/api/v1/events?status=skipped&destination=braze&limit=500',
  '/api/v1/events?limit=500',
]

/** How long acknowledgements take, the slowest of a hundred. */
async function acknowledgement(world: World, forMs: number): Promise<number> {
  const times: number[] = []
  const startedAt = performance.now()
  for (let count = 0; performance.now() - startedAt < forMs; count += 1) {
    const wait = startedAt + (count * 1_000) / perSecond - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const sentAt = performance.now()
    await world.producer.post()
    times.push(performance.now() - sentAt)
  }
  return percentile(times, 0.99)
}

/** Reads an answer, and keeps nothing of it: whoever measures acknowledgements is in the same thread. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, (answer) => {
      answer.resume().on('error', reject)
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    request.on('error', reject)
  })
}

/** Asks again and again until told to stop; resolves to how often, and to the worst status. */
async function search(url: string, signal: AbortSignal): Promise<{ readonly count: number; readonly status: number }> {
  let status = 0
  let count = 0
  for (; !signal.aborted; count += 1) {
    status = Math.max(status, await statusOf(`${url}${paths[count % paths.length]}`))
  }
  return { count, status }
}

async function replay(url: string, since: string): Promise<{ readonly id: unknown; readonly isNew: unknown }> {
  const body = JSON.stringify({ deliveries: { status: 'delivered', destination: 'braze', since }, dryRun: false })
  const answer = await fetch(`${url}/api/v1/replays`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  const { id, isNew }: { readonly id: unknown; readonly isNew: unknown } = JSON.parse(await answer.text())
  return { id, isNew }
}

/** Row 36: searches of a large store beside webhooks, and two operators who replay the same. */
export const searches: ChaosRow = {
  id: '36',
  name: 'searches during load, two operators replay the same filter',
  async run(context) {
    const events = context.isQuick ? 100_000 : 500_000
    const forMs = context.isQuick ? 8_000 : 30_000
    const store = await context.store()
    await buildStore(context, store, events * 3, 'delivered')
    const world = await startWorld(context, { seed: 990, store })
    await fetch(`${world.url}${paths[0]}`)
    await acknowledgement(world, 2_000)
    const before = await acknowledgement(world, forMs)
    const stop = new AbortController()
    const searching = [search(world.url, stop.signal), search(world.url, stop.signal)]
    const during = await acknowledgement(world, forMs)
    stop.abort()
    const searched = await Promise.all(searching)
    await drain(world.relay)
    const since = new Date().toISOString()
    const known = new Set(world.oracle.sent)
    await world.producer.postMany(replayed)
    await drain(world.relay)
    const repeatsBefore = world.oracle.duplicates()
    const [one, two] = await Promise.all([replay(world.url, since), replay(world.url, since)])
    await drain(world.relay)
    const repeats = world.oracle.duplicates() - repeatsBefore
    const fresh = [...world.oracle.sent].filter((sent) => !known.has(sent))
    const end = await endWorld(world)
    const count = searched.reduce((sum, { count: own }) => sum + own, 0)
    const notes = [
      `acknowledged p99 ${inMs(before)} without, ${inMs(during)} with ${count} searches`,
      `${repeats} repeats asked for`,
    ]
    return [
      resultOf(`searches of ${events} events beside ${perSecond}/s; the same replay asked for by two at once`, end, notes, {
        'a search was refused': searched.every(({ status }) => status === 200),
        'acknowledgements had twice the p99': during <= 2 * before + 25,
        'two replays of the same were begun':
          one.id === two.id && [one.isNew, two.isNew].filter((isNew) => isNew === true).length === 1,
        'something was replayed twice, or not at all': fresh.every(({ key }) => world.oracle.arrivals('braze', key) === 2),
      }),
    ]
  },
}
