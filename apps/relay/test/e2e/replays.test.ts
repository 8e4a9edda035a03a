import { once } from 'node:events'
import { createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { startMockDestinations } from '../support/mock-destinations.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import { seededEvent, seedStore } from '../support/seed-store.ts'
import { spawnRelay } from '../support/spawn-relay.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const operator = { authorization: 'Bearer admin-token' }
const viewer = { authorization: 'Bearer viewer-token' }

function finished(relay: TestRelay): Promise<unknown> {
  return once(relay.events, 'replay:finished', { signal: AbortSignal.timeout(30_000) })
}

async function counts(relay: TestRelay, destination = 'one'): Promise<unknown> {
  const { json } = await relay.get('/api/v1/stats')
  return Array.isArray(json['destinations']) ? json['destinations'].find((one) => one.destination === destination) : undefined
}

describe('replays', () => {
  test('a dry run counts and changes nothing; the replay delivers what was dead, once', async () => {
    const one = scriptedConnector({ batchSize: 10 })
    const store = await seedStore({ count: 25, destinations: ['one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one } })
    const body = { deliveries: { status: 'dead', destination: 'one', code: 'ERR_REJECTED' } }
    expect(await relay.write('/api/v1/replays', body)).toMatchObject({
      status: 200,
      json: {
        dryRun: true,
        matching: 25,
        replayed: 25,
        willIgnore: 0,
        mayRepeat: 0,
        exceedsLimit: false,
        destinations: [{ dead: 25 }],
      },
    })
    expect((await relay.get('/api/v1/replays')).json['items']).toEqual([])
    expect(await counts(relay)).toMatchObject({ dead: 25, deadByCode: { ERR_REJECTED: 25 } })

    const done = finished(relay)
    const asked = await relay.write('/api/v1/replays', { ...body, dryRun: false })
    expect(asked).toMatchObject({ status: 202, json: { id: '1', status: 'running', planned: 25, replayed: 0, isNew: true } })
    await Promise.all([done, relay.settled(25)])
    expect(await counts(relay)).toMatchObject({ dead: 0, delivered: 25, pending: 0, deadByCode: {} })
    expect(one.calls.flat()).toHaveLength(25)
    expect(new Set(one.calls.flat())).toEqual(new Set(Array.from({ length: 25 }, (_, index) => seededEvent(index).id)))
    expect((await relay.get('/api/v1/replays/1')).json).toMatchObject({ status: 'finished', replayed: 25 })
    expect((await relay.get('/api/v1/deliveries?limit=1')).json['items']).toMatchObject([{ replayId: '1', status: 'delivered' }])
    expect((await relay.get('/api/v1/audit')).json['items']).toMatchObject([
      {
        actor: 'operator',
        action: 'replay',
        subject: 'replay 1: deliveries with status=dead, destination=one, code=ERR_REJECTED',
      },
    ])
    expect((await relay.get('/metrics')).text).toContain('relay_replays_total 1')
  })

  test('asked for again, it finds nothing', async () => {
    const one = scriptedConnector()
    const store = await seedStore({ count: 5, destinations: ['one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one } })
    const body = { deliveries: { status: 'dead' }, dryRun: false }
    const done = finished(relay)
    await relay.write('/api/v1/replays', body)
    await Promise.all([done, relay.settled(5)])
    expect(await relay.write('/api/v1/replays', body)).toMatchObject({
      status: 202,
      json: { id: '2', status: 'finished', planned: 0 },
    })
    expect(one.calls.flat()).toHaveLength(5)
  })

  test('two operators who ask for the same at once start one replay', async () => {
    const one = scriptedConnector({ batchSize: 10 })
    const store = await seedStore({ count: 60, destinations: ['one'], status: 'delivered' })
    const relay = await startRelay({ store, destinations: { one } })
    const body = { deliveries: { status: 'delivered' }, dryRun: false }
    const done = finished(relay)
    const asked = await Promise.all([relay.write('/api/v1/replays', body), relay.write('/api/v1/replays', body)])
    expect(asked.map(({ json }) => json['id'])).toEqual(['1', '1'])
    expect(asked.map(({ json }) => json['isNew']).toSorted()).toEqual([false, true])
    await Promise.all([done, relay.settled(60)])
    expect(one.calls.flat()).toHaveLength(60)
  })

  test('what was delivered is left alone, unless asked for: then it says what the vendor will ignore', async () => {
    const destinations = { one: scriptedConnector(), two: scriptedConnector({ deduplicates: 'no' }) }
    const store = await seedStore({ count: 4, destinations: ['one', 'two'], status: 'delivered' })
    const relay = await startRelay({ store, destinations })
    const ask = async (body: object) => (await relay.write('/api/v1/replays', body)).json
    expect(await ask({ deliveries: { type: 'purchase.created' } })).toMatchObject({ matching: 8, replayed: 0 })
    expect(await ask({ deliveries: { type: 'purchase.created' }, repeatDelivered: true })).toMatchObject({
      replayed: 8,
      willIgnore: 4,
      mayRepeat: 4,
    })
    expect(await ask({ deliveries: { status: 'delivered', destination: 'one' } })).toMatchObject({
      replayed: 4,
      willIgnore: 4,
      mayRepeat: 0,
    })
  })

  test('a destination added later gets the past, and what it has is not sent again', async () => {
    const store = await seedStore({ count: 12, destinations: ['one'], status: 'delivered' })
    const two = scriptedConnector()
    const relay = await startRelay({ store, destinations: { one: scriptedConnector(), two } })
    const body = { events: { destination: 'two', type: 'purchase.created' } }
    expect((await relay.write('/api/v1/replays', body)).json).toMatchObject({
      matching: 12,
      replayed: 12,
      destinations: [{ missing: 12 }],
    })
    const done = finished(relay)
    await relay.write('/api/v1/replays', { ...body, dryRun: false })
    await Promise.all([done, relay.settled(12)])
    expect(two.calls.flat()).toHaveLength(12)
    expect(new Set(two.calls.flat())).toEqual(new Set(Array.from({ length: 12 }, (_, index) => seededEvent(index).id)))
    expect((await relay.write('/api/v1/replays', body)).json).toMatchObject({ matching: 12, replayed: 0 })
    expect(await counts(relay, 'two')).toMatchObject({ delivered: 12 })
    expect(await counts(relay, 'one')).toMatchObject({ delivered: 12 })
  })

  test('over the limit it is refused with the count', async () => {
    const store = await seedStore({ count: 6, destinations: ['one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one: scriptedConnector() } })
    const body = { deliveries: { status: 'dead' }, limit: 5 }
    expect((await relay.write('/api/v1/replays', body)).json).toMatchObject({ replayed: 6, limit: 5, exceedsLimit: true })
    expect(await relay.write('/api/v1/replays', { ...body, dryRun: false })).toMatchObject({
      status: 400,
      json: {
        error: { code: 'ERR_BAD_REQUEST', message: expect.stringContaining('6 deliveries would be replayed; the limit is 5.') },
      },
    })
    expect((await relay.get('/api/v1/replays')).json['items']).toEqual([])
  })

  test('a destination that is no longer configured keeps its dead letters', async () => {
    const store = await seedStore({ count: 3, destinations: ['gone', 'one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one: scriptedConnector() } })
    const { json } = await relay.write('/api/v1/replays', { deliveries: { status: 'dead' } })
    expect(json).toMatchObject({ matching: 6, replayed: 3 })
    expect(json['destinations']).toContainEqual(
      expect.objectContaining({ destination: 'gone', dead: 3, replayed: 0, isConfigured: false }),
    )
    const done = finished(relay)
    await relay.write('/api/v1/replays', { deliveries: { status: 'dead' }, dryRun: false })
    await Promise.all([done, relay.settled(3)])
    expect(await counts(relay, 'gone')).toMatchObject({ dead: 3 })
  })

  test('a viewer may look, not replay', async () => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    const body = { deliveries: { status: 'dead' } }
    expect((await relay.write('/api/v1/replays', body, viewer)).status).toBe(403)
    expect((await relay.write('/api/v1/replays', body, operator)).status).toBe(200)
    expect((await relay.get('/api/v1/replays', viewer)).status).toBe(200)
    expect((await relay.get('/api/v1/replays/7', viewer)).status).toBe(404)
    expect((await relay.get('/api/v1/replays/x', viewer)).status).toBe(404)
  })

  test('while the destination does not take events, one step waits for it, and not the whole replay', async () => {
    const clock = createVirtualClock()
    const one = scriptedConnector({ batchSize: 10 })
    const store = await seedStore({ count: 200, destinations: ['one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one } }, { clock })
    await relay.write('/api/v1/destinations/one/pause', { reason: 'A look at the vendor.' })
    await relay.write('/api/v1/replays', { deliveries: { status: 'dead' }, dryRun: false })
    await clock.advance(600_000)
    expect(await counts(relay)).toMatchObject({ pending: 8, dead: 192 })
    expect(one.calls).toEqual([])
  })

  test('one step of it is in flight at a time, and a new event goes out beside it', async () => {
    const clock = createVirtualClock()
    const one = scriptedConnector({ batchSize: 10 })
    const store = await seedStore({ count: 400, destinations: ['one'], status: 'dead' })
    const relay = await startRelay({ store, destinations: { one } }, { clock, now: () => clock.now() })
    one.hold()
    await relay.write('/api/v1/replays', { deliveries: { status: 'dead' }, dryRun: false })
    await clock.advance(10_000)
    expect(one.calls.map((call) => call.length)).toEqual([8])
    const webhook = createWebhookGenerator().next()
    await relay.post(webhook.body)
    await clock.advance(1_000)
    expect(one.calls.slice(1)).toEqual([[webhook.id]])
    one.release()
    await clock.advance(10_000)
    await relay.settled(401)
    expect(one.calls.flat()).toHaveLength(401)
  })

  test('after kill -9 in the middle of a replay the rest goes on by itself, and nothing is missing', async () => {
    const count = 1_500
    const mocks = await startMockDestinations()
    const store = await seedStore({ count, destinations: destinationNames, status: 'dead' })
    const { url, kill } = await spawnRelay({ store, urls: mocks.urls })
    const headers = { 'content-type': 'application/json' }
    await fetch(`${url}/api/v1/replays`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ deliveries: { status: 'dead', destination: 'braze' }, dryRun: false }),
    })
    for (let replayed = 0; replayed < 150; ) {
      const answer: unknown = await (await fetch(`${url}/api/v1/replays/1`)).json()
      replayed = typeof answer === 'object' && answer !== null && 'replayed' in answer ? Number(answer.replayed) : 0
    }
    await kill()

    const relay = await startRelay({ store, destinations: mocks.connectors })
    const { json } = await relay.get('/api/v1/replays/1')
    expect(json).toMatchObject({ status: 'running', planned: count })
    expect(Number(json['replayed'])).toBeLessThan(count)
    await finished(relay)
    while (!/"destination":"braze","pending":0/.test((await relay.get('/api/v1/stats')).text)) {
      await once(relay.events, 'delivery:attempted', { signal: AbortSignal.timeout(30_000) })
    }
    expect((await relay.get('/api/v1/replays/1')).json).toMatchObject({ status: 'finished', replayed: count })
    expect(await counts(relay, 'braze')).toMatchObject({ delivered: count, dead: 0 })
    expect(await counts(relay, 'klaviyo')).toMatchObject({ dead: count })
    expect(new Set(mocks.arrived('braze')).size).toBe(count)
  })
})
