import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import { apiKey, startMockDestinations } from '../support/mock-destinations.ts'
import { scriptedConnector } from '../support/scripted-connector.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const operator = { authorization: 'Bearer admin-token' }
const viewer = { authorization: 'Bearer viewer-token' }
const robin = { customer_id: 'robin-1', email: 'robin@shoppers.example', mobile: '+15555550111' }
const kim = { customer_id: 'kim-2', email: 'kim@shoppers.example', mobile: null }
const confirmed = { dryRun: false, confirm: 'erase' }

function webhook(id: string, connectionId: string, person: object = {}): string {
  const connection = { connection_id: connectionId, retailer_id: 'walmart', ...person }
  const purchase = { purchase_id: `purchase-${id}`, date: '2026-01-01T00:00:00Z', total: '10.00' }
  return JSON.stringify({ type: 'purchase.created', id, payload: { connection, purchase } })
}

function finished(relay: TestRelay): Promise<unknown> {
  return once(relay.events, 'erasure:finished', { signal: AbortSignal.timeout(60_000) })
}

function filesHold(store: string, text: string): boolean {
  const folder = dirname(store.replace('sqlite:', ''))
  return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(text))
}

describe('erasures', () => {
  test('a dry run counts and changes nothing; confirmed, everything is gone and a proof without the person stays', async () => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    await relay.post(webhook('e1', 'c1', robin))
    await relay.post(webhook('e2', 'c1'))
    await relay.post(webhook('e3', 'c2', kim))
    await relay.post('robin@shoppers.example is no JSON')
    await relay.settled(3)
    await relay.get('/api/v1/events/e1?reveal=true', operator)
    const plan = await relay.write('/api/v1/erasures', { email: 'Robin@Shoppers.example' }, operator)
    expect(plan).toMatchObject({
      status: 200,
      json: { dryRun: true, by: 'email', customers: 1, connections: 1, events: 2, quarantined: 1, deliveries: { delivered: 2 } },
    })
    expect(plan.text).not.toContain('robin')
    expect((await relay.get('/api/v1/stats', operator)).json).toMatchObject({ events: 3, quarantined: 1 })

    const done = finished(relay)
    const asked = await relay.write('/api/v1/erasures', { email: 'robin@shoppers.example', ...confirmed }, operator)
    expect(asked).toMatchObject({ status: 202, json: { id: '1', isNew: true, block: false } })
    await done
    const proof = await relay.get('/api/v1/erasures/1', viewer)
    expect(proof.json).toMatchObject({
      status: 'finished',
      actor: 'operator',
      by: 'email',
      events: 2,
      deliveries: 2,
      quarantined: 1,
    })
    expect((await relay.get('/api/v1/erasures', viewer)).json['items']).toMatchObject([{ id: '1' }])
    const audit = await relay.get('/api/v1/audit', operator)
    expect(audit.json['items']).toMatchObject([
      { action: 'erase', subject: 'erasure 1: one person by email' },
      { action: 'reveal', subject: 'an event that was erased' },
    ])
    expect((await relay.get('/api/v1/stats', operator)).json).toMatchObject({ events: 1, quarantined: 0 })
    expect((await relay.get('/metrics')).text).toContain('relay_erasures_total 1')
    for (const trace of ['robin', '5550111', '"c1"']) {
      expect(JSON.stringify([relay.log, asked.json, proof.json, audit.json])).not.toContain(trace)
    }
    for (const trace of ['robin', 'purchase-e2']) expect(filesHold(relay.config.store, trace)).toBe(false)
    expect(filesHold(relay.config.store, 'kim@shoppers.example')).toBe(true)
    expect(await relay.post(webhook('e2', 'c1'))).toMatchObject({ status: 202, json: { id: 'e2', result: 'duplicate' } })
    const again = await relay.write('/api/v1/erasures', { email: 'robin@shoppers.example' }, operator)
    expect(again.json).toMatchObject({ events: 0, earlier: [{ id: '1' }] })
  })

  test.each([
    [{}, 'Give one of "customer", "email" and "mobile".'],
    [{ customer: 'a', email: 'a@b.example' }, 'Give one of "customer", "email" and "mobile".'],
    [{ email: 'robin at shoppers' }, '"email" is not an email address'],
    [{ mobile: '5555550100' }, '"mobile" is not a phone number with its country'],
    [{ customer: '' }, '"customer" is wrong'],
    [{ customer: 'a', dryrun: false }, 'a field that is not known'],
    [{ customer: 'a', dryRun: false }, 'cannot be undone'],
    [{ customer: 'a', dryRun: false, confirm: 'yes' }, '"confirm": "erase"'],
  ])('%j is refused in a sentence, and nothing is recorded', async (body, said) => {
    const relay = await startRelay()
    const answer = await relay.write('/api/v1/erasures', body)
    expect(answer).toMatchObject({ status: 400, json: { error: { code: 'ERR_BAD_REQUEST' } } })
    expect(answer.json['error']).toMatchObject({ message: expect.stringContaining(said) })
    expect((await relay.get('/api/v1/erasures')).json['items']).toEqual([])
    expect((await relay.get('/api/v1/audit')).json['items']).toEqual([])
  })

  test('a viewer may not, and what does not exist is not found', async () => {
    const relay = await startRelay({ adminToken: 'admin-token', viewerToken: 'viewer-token' })
    expect(await relay.write('/api/v1/erasures', { customer: 'a' }, viewer)).toMatchObject({ status: 403 })
    expect(await relay.get('/api/v1/erasures/7', viewer)).toMatchObject({ status: 404 })
    expect(await relay.write('/api/v1/erasures/7/unblock', {}, operator)).toMatchObject({ status: 404 })
  })

  test('an id that everybody has is refused: that is no one person', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const store = await openSqliteStore(path, receivedAt)
    const customer = { id: 'guest', email: null, mobile: null }
    const events = Array.from({ length: 1_001 }, (_, index) =>
      incoming(makePurchaseEvent({ id: `e${index}`, idempotencyKey: `k${index}`, customer, connection: { id: `c${index}` } })),
    )
    await store.ingest({ events, destinations: [] })
    await store.close()
    const relay = await startRelay({ store: `sqlite:${path}` })
    const answer = await relay.write('/api/v1/erasures', { customer: 'guest', ...confirmed })
    expect(answer).toMatchObject({ status: 409, json: { error: { message: expect.stringContaining('no one person') } } })
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 1_001 })
  })

  test('with block, later webhooks of the person are answered 202 ignored and not kept, until it is ended', async () => {
    const relay = await startRelay()
    await relay.post(webhook('e1', 'c1', robin))
    const done = finished(relay)
    await relay.write('/api/v1/erasures', { customer: 'robin-1', block: true, ...confirmed })
    expect(await relay.post(webhook('e2', 'c1'))).toMatchObject({ status: 202, json: { id: 'e2', result: 'ignored' } })
    await done
    expect(await relay.post(webhook('e3', 'c9', robin))).toMatchObject({ json: { id: 'e3', result: 'ignored' } })
    expect(await relay.post(webhook('e4', 'c3', kim))).toMatchObject({ json: { result: 'stored' } })
    expect(filesHold(relay.config.store, 'robin')).toBe(false)
    expect(await relay.write('/api/v1/erasures/1/unblock')).toMatchObject({ status: 200, json: { block: false } })
    expect(await relay.post(webhook('e3', 'c9', robin))).toMatchObject({ json: { id: 'e3', result: 'stored' } })
  })

  test('while webhooks of the person keep coming each is erased, or stored whole after the end; nobody else’s is touched', async () => {
    const relay = await startRelay({ destinations: { one: scriptedConnector(), two: scriptedConnector() } })
    for (let index = 0; index < 30; index += 1) await relay.post(webhook(`before-${index}`, `c${index % 3}`, robin))
    const stored: string[] = []
    let isOver = false
    const keepPosting = async (name: string, person: object): Promise<void> => {
      for (let index = 0; !isOver; index += 1) {
        const id = `${name}-${index}`
        const { json } = await relay.post(webhook(id, `${name === 'kim' ? 'k' : 'c'}${index % 4}`, index % 2 === 0 ? person : {}))
        if (json['result'] === 'stored') stored.push(id)
      }
    }
    const posting = [keepPosting('robin', robin), keepPosting('kim', kim)]
    const done = finished(relay)
    await relay.write('/api/v1/erasures', { customer: 'robin-1', ...confirmed })
    await done
    const { json: proof } = await relay.get('/api/v1/erasures/1')
    isOver = true
    await Promise.all(posting)
    const details = await Promise.all(stored.map(async (id) => ({ id, answer: await relay.get(`/api/v1/events/${id}`) })))
    const found = details.filter(({ answer }) => answer.status === 200)
    for (const { id, answer } of found) {
      expect(answer.json['deliveries'], id).toHaveLength(2)
      if (id.startsWith('robin')) expect(String(answer.json['receivedAt']) >= String(proof['createdAt'])).toBe(true)
    }
    expect(details.filter(({ id, answer }) => id.startsWith('kim') && answer.status !== 200)).toEqual([])
    const left = found.filter(({ id }) => id.startsWith('robin')).map(({ id }) => Number(id.split('-')[1]))
    const all = stored.filter((id) => id.startsWith('robin')).map((id) => Number(id.split('-')[1]))
    expect(left.toSorted((a, b) => a - b)).toEqual(all.slice(all.length - left.length))
    for (let index = 0; index < 30; index += 1) expect((await relay.get(`/api/v1/events/before-${index}`)).status).toBe(404)
    expect(proof).toMatchObject({ events: 30 + all.length - left.length })
  })

  test('killed in the middle it goes on at the next start, and nothing is half-erased', async () => {
    const mocks = await startMockDestinations()
    const path = join(temporaryFolder(), 'relay.db')
    await seed(path, 1_500)
    const store = `sqlite:${path}`
    const rounds: number[] = []
    for (let round = 0; round < 3; round += 1) {
      const { child, url } = await spawnRelay(store, mocks.urls)
      if (round === 0) await post(`${url}/api/v1/erasures`, { email: 'robin@shoppers.example', ...confirmed })
      rounds.push(await eventsErased(url, (rounds.at(-1) ?? 0) + 1))
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(rounds[0]).toBeLessThan(1_500)
    const relay = await startRelay({ store, destinations: mocks.connectors })
    while ((await relay.get('/api/v1/erasures/1')).json['status'] !== 'finished')
      await new Promise((resolve) => setImmediate(resolve))
    expect((await relay.get('/api/v1/erasures/1')).json).toMatchObject({ events: 1_500, deliveries: 1_500 })
    const { json } = await relay.get('/api/v1/events?limit=5')
    expect(json['items']).toMatchObject([{ event: { id: 'kims' } }])
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ events: 1 })
    for (const trace of ['robin', 'purchase-of-robin']) expect(filesHold(store, trace)).toBe(false)
  }, 120_000)
})

/** So many purchases of Robin that were delivered to a destination that is gone, and one of Kim. */
async function seed(path: string, count: number): Promise<void> {
  const store = await openSqliteStore(path, receivedAt)
  const customer = { id: 'robin-1', email: 'robin@shoppers.example', mobile: null }
  const events = Array.from({ length: count }, (_, index) => {
    const id = `purchase-of-robin-${index}`
    return makePurchaseEvent({ id: `event-${index}`, idempotencyKey: id, customer, connection: { id: 'c1' }, purchase: { id } })
  })
  const kims = makePurchaseEvent({
    id: 'kims',
    idempotencyKey: 'kims',
    customer: { id: 'kim-2', email: null, mobile: null },
    connection: { id: 'c2' },
  })
  await store.ingest({ events: [...events, kims].map((event) => incoming(event)), destinations: ['gone'] })
  await store.close()
}

async function spawnRelay(store: string, urls: object): Promise<{ child: ReturnType<typeof spawn>; url: string }> {
  const script = join(import.meta.dirname, '../support/relay-process.ts')
  const settings = { store, secret: signingSecret, apiKey, urls }
  const child = spawn(process.execPath, ['--conditions=@subtotal-connectors/source', script], {
    env: { ...process.env, RELAY_PROCESS: JSON.stringify(settings) },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const pipe = child.stdio[3]
  if (!(pipe instanceof Readable)) throw new Error('No pipe to the relay.')
  const [line] = await once(createInterface({ input: pipe }), 'line')
  return { child, url: String(line).replace('listening ', '') }
}

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(status).toBe(202)
}

/** Waits until the first erasure has erased at least so many events, or all it will. */
async function eventsErased(url: string, least: number): Promise<number> {
  for (;;) {
    const erasure: unknown = await (await fetch(`${url}/api/v1/erasures/1`)).json()
    if (typeof erasure !== 'object' || erasure === null || !('events' in erasure) || !('status' in erasure))
      throw new Error('No erasure.')
    if (Number(erasure.events) >= least || erasure.status !== 'running') return Number(erasure.events)
  }
}
