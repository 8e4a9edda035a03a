import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../clock/clock.ts'
import type { LaneStatus } from '../delivery/lane-status.ts'
import type { RelayEventMap } from '../observability/relay-events.ts'
import { createRelayEvents } from '../observability/relay-events.ts'
import type { StoreStats } from '../store/store.ts'
import { startAlerts } from './start-alerts.ts'

const lookMs = 30_000
const start = Date.parse('2026-11-20T12:00:00Z')
const noStats: StoreStats = {
  events: 0,
  versions: 0,
  quarantined: 0,
  destinations: [],
  enrichments: { waiting: 0, oldestSince: null },
  heldBackMs: null,
  missingKeys: [],
}

interface Received {
  readonly alert: string
  readonly state: string
  readonly destination?: string
  readonly since: string
}

async function set() {
  const received: Received[] = []
  let status = 204
  const server: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      received.push(JSON.parse(text))
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook?token=never-shown`
  const events = createRelayEvents()
  const failed: RelayEventMap['alert:failed'][0][] = []
  events.on('alert:failed', (failure) => failed.push(failure))
  let stats = noStats
  let elapsed = 0
  let pending: (() => void) | undefined
  let armed = Promise.withResolvers<void>()
  const clock: Clock = {
    now: () => start + elapsed,
    elapsed: () => elapsed,
    setTimeout(callback) {
      pending = callback
      armed.resolve()
      return {
        cancel: () => {
          pending = undefined
        },
      }
    },
  }
  const alerts = startAlerts({ settings: { url, maxDueMs: 900_000 }, events, clock, stats: async () => stats })
  onTestFinished(() => {
    alerts.stop()
    server.closeAllConnections()
    server.close()
  })

  /** Runs the next look to its end: every post was answered. */
  async function look(): Promise<void> {
    elapsed += lookMs
    armed = Promise.withResolvers<void>()
    pending?.()
    await armed.promise
  }

  return {
    events,
    received,
    failed,
    look,
    alerts,
    clock,
    pass: (ms: number) => {
      elapsed += ms
    },
    isArmed: () => pending !== undefined,
    answers: (code: number) => {
      status = code
    },
    held: (heldBackMs: number | null) => {
      stats = { ...noStats, heldBackMs }
    },
    lacks: (missingKeys: readonly string[]) => {
      stats = { ...noStats, missingKeys }
    },
    due: (nextDueAt: number | null) => {
      const counts = { pending: 1, delivered: 0, skipped: 0, dead: 0 }
      stats = { ...noStats, destinations: [{ destination: 'braze', counts, nextDueAt }] }
    },
  }
}

const lane = (state: LaneStatus['state']): LaneStatus => {
  const reason = 'robin@shoppers.example is refused'
  return { destination: 'braze', state, reason, code: 'ERR_CREDENTIALS', since: start, until: null, rateFactor: 1 }
}

test('a blocked lane is told once, and once again when it runs, without the destination’s words', async () => {
  const { events, received, look } = await set()
  events.emit('lane:changed', lane('blocked'))
  for (let count = 0; count < 3; count += 1) await look()
  expect(received).toEqual([
    {
      alert: 'lane_blocked',
      destination: 'braze',
      state: 'raised',
      since: '2026-11-20T12:00:00.000Z',
      message: 'braze takes no events (ERR_CREDENTIALS); they wait.',
    },
  ])
  events.emit('lane:changed', lane('running'))
  for (let count = 0; count < 3; count += 1) await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
  events.emit('lane:changed', lane('blocked'))
  await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over', 'raised'])
})

test("a refused key of Subtotal's API is told once, and once when it is taken", async () => {
  const { events, received, look } = await set()
  const status = { reason: 'No.', code: 'ERR_SUBTOTAL_CREDENTIALS', since: 0, until: 0 }
  events.emit('enrichment:changed', { ...status, state: 'blocked' })
  await look()
  events.emit('enrichment:changed', { ...status, state: 'running' })
  await look()
  expect(received).toMatchObject([
    { alert: 'enrichment_blocked', state: 'raised', message: expect.stringContaining('ERR_SUBTOTAL_CREDENTIALS') },
    { alert: 'enrichment_blocked', state: 'over' },
  ])
})

test('what was over before anybody heard of it is not told', async () => {
  const { events, received, look } = await set()
  events.emit('lane:changed', lane('blocked'))
  events.emit('lane:changed', lane('running'))
  await look()
  expect(received).toEqual([])
})

test('a delivery that is due too long is told, from the limit on', async () => {
  const { clock, received, look, due } = await set()
  due(clock.now() - 900_000 + lookMs)
  await look()
  expect(received).toEqual([])
  await look()
  expect(received).toMatchObject([{ alert: 'oldest_due', state: 'raised', destination: 'braze' }])
  due(null)
  await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
})

test('a database that could not clean up for five minutes is told, with what to look at', async () => {
  const { received, look, held } = await set()
  const lookAt = (heldBackMs: number | null) => {
    held(heldBackMs)
    return look()
  }
  await lookAt(null)
  await lookAt(300_000)
  expect(received).toEqual([])
  await lookAt(301_000)
  await lookAt(331_000)
  const message = expect.stringContaining('pg_stat_activity')
  expect(received).toMatchObject([{ alert: 'cleanup_held_back', state: 'raised', message }])
  await lookAt(0)
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
})

test('a key that other relays have and this one does not is told, until it has them all', async () => {
  const { received, look, lacks } = await set()
  lacks(['0123456789abcdef'])
  await look()
  const message = expect.stringContaining('0123456789abcdef')
  expect(received).toMatchObject([{ alert: 'encryption_key_missing', state: 'raised', message }])
  lacks([])
  await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
})

test('many wrong signatures in five minutes are told, few or slow ones are not', async () => {
  const { events, received, look, pass } = await set()
  const refuse = (times: number) => {
    for (let count = 0; count < times; count += 1) events.emit('webhook:refused', { code: 'ERR_SIGNATURE_MISMATCH' })
  }
  refuse(19)
  await look()
  pass(300_000)
  refuse(19)
  await look()
  expect(received).toEqual([])
  refuse(500)
  await look()
  expect(received).toMatchObject([{ alert: 'signature_failures', state: 'raised' }])
  pass(300_000)
  await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
})

test('a growing quarantine is told, and is over after an hour without more', async () => {
  const { events, received, look, pass } = await set()
  const quarantined = { id: '1', reason: 'ERR_WEBHOOK_INVALID', fields: [], isFirstOfReason: true }
  events.emit('webhook:quarantined', quarantined)
  await look()
  pass(3_500_000)
  events.emit('webhook:quarantined', quarantined)
  pass(3_500_000)
  await look()
  expect(received.map((one) => `${one.alert} ${one.state}`)).toEqual(['quarantine_growing raised'])
  pass(100_000)
  await look()
  expect(received.map((one) => one.state)).toEqual(['raised', 'over'])
})

test('a store that takes nothing is told, and is over once it takes something', async () => {
  const { events, received, look, pass } = await set()
  events.emit('commit:failed', { size: 1, code: '53100', remedy: 'Make room on it.' })
  await look()
  pass(1)
  events.emit('commit:finished', { size: 1, stored: 1, durationMs: 1 })
  await look()
  expect(received.map((one) => `${one.alert} ${one.state}`)).toEqual(['store_unavailable raised', 'store_unavailable over'])
  expect(received[0]).toMatchObject({
    message: 'Webhooks cannot be stored (53100); Subtotal is asked to send them again. Make room on it.',
  })
})

test('an alert that is not taken is sent once per look until it is, and its address is told to nobody', async () => {
  const { events, received, failed, look, answers } = await set()
  answers(302)
  events.emit('lane:changed', lane('blocked'))
  await look()
  answers(500)
  await look()
  expect(received).toHaveLength(2)
  answers(204)
  await look()
  await look()
  expect(received).toHaveLength(3)
  expect(failed).toEqual([
    { alert: 'lane_blocked', state: 'raised', code: 'HTTP_302' },
    { alert: 'lane_blocked', state: 'raised', code: 'HTTP_500' },
  ])
})

test('nothing is sent or waited for after the stop', async () => {
  const { events, received, alerts, isArmed } = await set()
  events.emit('lane:changed', lane('blocked'))
  alerts.stop()
  expect(isArmed()).toBe(false)
  expect(received).toEqual([])
})
