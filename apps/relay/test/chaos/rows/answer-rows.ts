import { gzipSync } from 'node:zlib'
import type { Failure } from '@subtotal-connectors/testing/mocks'
import type { DestinationName } from '../../../src/demo/arrival-keys.ts'
import type { ChaosContext, ChaosResult, ChaosRow } from '../chaos-row.ts'
import { bothStores } from '../chaos-row.ts'
import { endWorld, resultOf, startWorld } from '../support/world.ts'
import { wrongCertificates } from './tls-rows.ts'

const start = Date.parse('2026-11-20T12:00:00Z')
const hourMs = 3_600_000
const events = 300
const mebibyte = 1024 ** 2
const mostMebibytes = 300

type Garbage = { readonly name: string; readonly failure: Failure } | { readonly name: string; readonly bytes: () => Buffer }

const garbage: readonly Garbage[] = [
  { name: '200 with a web page', failure: { kind: 'html' } },
  { name: 'broken JSON', failure: { kind: 'garbage' } },
  { name: 'a body cut short', failure: { kind: 'truncated' } },
  { name: 'a wrong Content-Length', failure: { kind: 'wrong_length' } },
  { name: '10 MB of JSON', failure: { kind: 'huge' } },
  { name: 'a gzip bomb of 1 GiB', bytes: gzipBomb },
  { name: 'a redirect loop', failure: { kind: 'answer', status: 302, headers: { location: '/' } } },
  { name: 'success, then a reset', failure: { kind: 'accept_then', failure: 'reset' } },
]

/** Zeros compress a thousandfold; sixteen members of 64 MiB make a stream. */
function gzipBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(64 * mebibyte))
  const body = Buffer.concat(Array.from({ length: 16 }, () => member))
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

async function spoilAnswers(context: ChaosContext, destination: DestinationName, one: Garbage): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 400 })
  if ('bytes' in one) await world.destinations.proxies[destination].setMode({ kind: 'bytes', bytes: one.bytes() })
  else world.destinations.fail(destination, one.failure, 3)
  await world.producer.postMany(events)
  await world.advance(1_000)
  const peak = Math.max(...world.fleet.relays.map((relay) => relay.peakBytes())) / mebibyte
  if ('bytes' in one) await world.destinations.proxies[destination].setMode({ kind: 'pass' })
  await world.advanceUntilDrained(6 * hourMs)
  const end = await endWorld(world, { mayDie: true })
  const codes = new Set(world.reports.filter((line) => line.startsWith(`attempted ${destination} dead`)))
  return resultOf(
    `${destination}: ${one.name}`,
    end,
    [`${Math.round(peak)} MiB`, `${codes.size === 0 ? 'none' : end.counts.dead} dead`],
    {
      [`it needed more than ${mostMebibytes} MiB`]: peak <= mostMebibytes,
    },
  )
}

/** Row 12: answers that are not what the vendor documents. */
export const garbageAnswers: ChaosRow = {
  id: '12',
  name: 'destination answers garbage',
  stores: bothStores,
  async run(context) {
    const results: ChaosResult[] = []
    for (const one of garbage) results.push(await spoilAnswers(context, 'klaviyo', one))
    return [...results, ...(await wrongCertificates(context))]
  },
}

const brazeErrors: readonly { readonly name: string; readonly indexes: readonly number[] }[] = [
  { name: 'an index out of range', indexes: [9_999] },
  { name: 'the same index twice', indexes: [0, 0] },
  { name: 'a negative index', indexes: [-1] },
]

async function wrongIndexes(context: ChaosContext, { name, indexes }: (typeof brazeErrors)[number]): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 420 })
  const errors = indexes.map((index) => ({ type: 'The value is not valid', input_array: 'events', index }))
  world.destinations.fail('braze', { kind: 'answer', status: 201, body: { message: 'success', events_processed: 0, errors } })
  await world.producer.postMany(60)
  await world.advanceUntilDrained(6 * hourMs)
  const end = await endWorld(world, { mayDie: true })
  return resultOf(`braze: ${name} in the errors of a batch`, end, ['nothing is called delivered that did not arrive'])
}

async function badItems(context: ChaosContext, count: number): Promise<ChaosResult> {
  const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 430, keepRequests: true })
  const webhooks = Array.from({ length: 1_000 }, world.purchases)
  const isBad = (index: number) => (count === 1 ? index === 500 : index !== 500)
  for (const [index, webhook] of webhooks.entries())
    if (isBad(index)) world.destinations.refuse('klaviyo', webhook.purchaseId ?? '')
  await Promise.all(webhooks.map((webhook) => world.producer.post(webhook)))
  await world.advanceUntilDrained(3 * hourMs)
  const calls = world.destinations.requests('klaviyo')
  world.destinations.recover('klaviyo')
  const end = await endWorld(world, { mayDie: true, drainMs: 20_000 })
  const held = end.pending > 0
  return resultOf(`klaviyo: ${count} of 1,000 refused`, end, [`${calls} calls`, ...(held ? [`${end.pending} held`] : [])], {
    'others died too': end.counts.dead <= count,
  })
}

/** Row 14: a batch is taken in part. */
export const partialBatches: ChaosRow = {
  id: '14',
  name: 'partial batch',
  stores: bothStores,
  async run(context) {
    const results = [await badItems(context, 1), await badItems(context, 999)]
    for (const one of brazeErrors) results.push(await wrongIndexes(context, one))
    return results
  },
}

const mostExtraCalls = 10

/** Row 15: one event spoils its whole batch, and the destination does not say which. */
export const poison: ChaosRow = {
  id: '15',
  name: 'whole batch 400 because of one event',
  stores: bothStores,
  async run(context) {
    const world = await startWorld(context, { hook: { reports: true, virtualTime: start }, seed: 450, keepRequests: true })
    await world.producer.postMany(1)
    await world.advance(1_000)
    const before = world.destinations.requests('customerio')
    const webhooks = Array.from({ length: 20 }, world.purchases)
    world.destinations.refuse('customerio', webhooks[7]?.purchaseId ?? '')
    await Promise.all(webhooks.map((webhook) => world.producer.post(webhook)))
    await world.advance(1_000)
    const calls = world.destinations.requests('customerio') - before
    const batches = world.reports.filter((line) => line.startsWith('batch customerio')).length - 1
    await world.advanceUntilDrained(3 * hourMs)
    const end = await endWorld(world, { mayDie: true })
    const extra = calls - batches
    return [
      resultOf('customerio: 400 without saying which of 20', end, [`${extra} extra calls`], {
        'it was not one that died': end.counts.dead === 1,
        'it needed more than ten extra calls': extra <= mostExtraCalls,
      }),
    ]
  },
}
