import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { destinationNames, expectedKeys } from '../../src/demo/arrival-keys.ts'
import type { MockDestinations } from '../support/mock-destinations.ts'
import { apiKey, startMockDestinations } from '../support/mock-destinations.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const requestsInFlight = 128
const leastInFlight = 100
const leastRounds = 3
const mostRounds = 25

/** One life of a relay, from its start to its kill. */
interface Round {
  readonly acknowledged: readonly GeneratedWebhook[]
  readonly inFlightAtKill: number
  /** Whether the kill came while a transaction was open. */
  readonly hitOpenCommit: boolean
}

test('after kill -9 in the middle of a commit nothing acknowledged is missing, and all of it is delivered', async () => {
  const mocks = await startMockDestinations()
  const store = `sqlite:${join(temporaryFolder(), 'relay.db')}`
  const generator = purchases()
  const acknowledged: GeneratedWebhook[] = []
  const rounds: Round[] = []
  while (rounds.length < mostRounds && (rounds.length < leastRounds || !rounds.some((round) => round.hitOpenCommit))) {
    const round = await runRound(store, mocks, generator)
    rounds.push(round)
    acknowledged.push(...round.acknowledged)
  }
  for (const round of rounds) expect(round.inFlightAtKill).toBeGreaterThanOrEqual(leastInFlight)
  expect(rounds.filter((round) => round.hitOpenCommit).length, 'kills that hit an open commit').toBeGreaterThan(0)
  expect(acknowledged.length).toBeGreaterThan(leastInFlight)

  const relay = await startRelay({ store, destinations: mocks.connectors })
  for (const { id } of acknowledged) {
    const { json } = await relay.get(`/api/v1/events/${id}`)
    expect(json['deliveries'], id).toHaveLength(destinationNames.length)
  }
  await drained(relay)
  for (const destination of destinationNames) {
    const arrived = new Set(mocks.arrived(destination))
    const missing = acknowledged.filter((webhook) => !arrived.has(expectedKeys(webhook)[destination]))
    expect(missing, destination).toEqual([])
  }
}, 240_000)

async function runRound(store: string, mocks: MockDestinations, generator: () => GeneratedWebhook): Promise<Round> {
  const { child, lines } = spawnRelay(store, mocks)
  const url = (await nextLine(lines)).replace('listening ', '')
  const agent = new Agent({ keepAlive: true, maxSockets: requestsInFlight })
  const acknowledged: GeneratedWebhook[] = []
  const killAtCommit = 3 + Math.floor(Math.random() * 12)
  let inFlight = 0
  let isOver = false

  async function keepPosting(): Promise<void> {
    while (!isOver) {
      const webhook = generator()
      inFlight += 1
      const status = await post(url, webhook, agent).catch(() => undefined)
      inFlight -= 1
      if (status === 202) acknowledged.push(webhook)
      else isOver = true
    }
  }

  const posting = Array.from({ length: requestsInFlight }, keepPosting)
  let started = 0
  let inFlightAtKill = 0
  let isOpen = false
  for await (const line of lines) {
    isOpen = line === 'commit:started'
    if (isOpen) started += 1
    if (started >= killAtCommit && isOpen && inFlight >= leastInFlight && child.exitCode === null && !isOver) {
      inFlightAtKill = inFlight
      isOver = true
      child.kill('SIGKILL')
    }
  }
  await Promise.all(posting)
  agent.destroy()
  return { acknowledged, inFlightAtKill, hitOpenCommit: isOpen }
}

function spawnRelay(store: string, mocks: MockDestinations): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const script = join(import.meta.dirname, '../support/relay-process.ts')
  const settings = { store, secret: signingSecret, apiKey, urls: mocks.urls }
  const child = spawn(process.execPath, ['--conditions=@subtotal-connectors/source', script], {
    env: { ...process.env, RELAY_PROCESS: JSON.stringify(settings) },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const pipe = child.stdio[3]
  if (!(pipe instanceof Readable)) throw new Error('No pipe to the relay.')
  return { child, lines: createInterface({ input: pipe })[Symbol.asyncIterator]() }
}

async function nextLine(lines: AsyncIterableIterator<string>): Promise<string> {
  const { value, done } = await lines.next()
  if (done === true) throw new Error('The relay did not start.')
  return value
}

async function post(url: string, webhook: GeneratedWebhook, agent: Agent): Promise<number | undefined> {
  const { body, headers } = signedWebhook(webhook.body, signingSecret)
  const outgoing = request(`${url}/webhooks/subtotal`, { method: 'POST', headers, agent })
  outgoing.end(body)
  const [response] = await once(outgoing, 'response')
  response.resume()
  await once(response, 'end')
  return response.statusCode
}

/** Purchases alone: what becomes of them does not depend on the order in which they come in. */
function purchases(): () => GeneratedWebhook {
  const generator = createWebhookGenerator({ seed: 11, connections: 20 })
  return () => {
    for (;;) {
      const webhook = generator.next()
      if (webhook.purchaseId !== null) return webhook
    }
  }
}

async function drained(relay: Awaited<ReturnType<typeof startRelay>>): Promise<void> {
  for (;;) {
    const { text } = await relay.get('/api/v1/stats')
    if (!/"pending":[1-9]/.test(text)) return
    await once(relay.events, 'delivery:attempted', { signal: AbortSignal.timeout(30_000) })
  }
}
