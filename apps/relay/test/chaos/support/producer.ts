import type { ClientRequest } from 'node:http'
import { Agent, request } from 'node:http'
import type { GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { errorCodeOf } from '../../../src/observability/error-code-of.ts'
import type { Oracle } from './oracle.ts'
import { signingSecret } from './secrets.ts'

/** Posts signed webhooks to a relay and books what it acknowledges. */
export interface Producer {
  /** Posts one; resolves to the status, `undefined` when the connection broke. */
  post(webhook?: GeneratedWebhook): Promise<number | undefined>
  /** Keeps so many requests in flight until stopped, or until the relay is gone. */
  keepPosting(connections: number): void
  /** Posts so many a second for so long, whatever the answers. */
  postSteadily(perSecond: number, forMs: number): Promise<void>
  /** Posts so many, at most 64 at once. */
  postMany(count: number): Promise<void>
  /** Posts these, at most 64 at once. */
  postAll(webhooks: readonly GeneratedWebhook[]): Promise<void>
  /** Posts no more; resolves when everything is answered or broken. */
  stop(): Promise<void>
  /** Posted and not answered. */
  readonly inFlight: number
  /** Posted, and the connection broke before an answer. */
  readonly broken: readonly GeneratedWebhook[]
  /** Resolves when the first is answered. */
  readonly answered: Promise<void>
  readonly statuses: ReadonlyMap<number, number>
  /** From posting to the answer 202, in milliseconds. */
  readonly latencies: readonly number[]
}

const mostConnections = 2_048
const posters = 64
/** After a connection broke. */
const restMs = 20

/** A source of purchases with ids of their own; what becomes of them does not depend on their order. */
export function createPurchases(seed: number, clock: () => number = Date.now): () => GeneratedWebhook {
  const generator = createWebhookGenerator({ seed, connections: 50, clock })
  return () => {
    for (;;) {
      const webhook = generator.next()
      if (webhook.purchaseId !== null) return webhook
    }
  }
}

/** A producer for one life of a relay. */
export function createProducer(options: {
  /** Of the relays there are now: one after the other is posted to, and the next one when one refuses the connection. */
  readonly urls: () => readonly string[]
  readonly oracle: Oracle
  readonly purchases: () => GeneratedWebhook
  /** Whether it goes on posting when a connection breaks, as another relay may take what comes next. Default: no. */
  readonly isTireless?: boolean
  /** The time that webhooks are signed with. Default now. */
  readonly now?: () => number
}): Producer {
  const { urls, oracle, purchases, now = Date.now, isTireless = false } = options
  const agent = new Agent({ keepAlive: true, maxSockets: mostConnections })
  const statuses = new Map<number, number>()
  const latencies: number[] = []
  const running: Promise<void>[] = []
  let inFlight = 0
  const broken: GeneratedWebhook[] = []
  const answered = Promise.withResolvers<void>()
  let isOver = false
  let turn = 0

  async function post(webhook: GeneratedWebhook = purchases()): Promise<number | undefined> {
    const sent = oracle.send(webhook)
    inFlight += 1
    const status = await send(webhook).catch(() => undefined)
    inFlight -= 1
    if (status !== undefined) answered.resolve()
    if (status === undefined) broken.push(webhook)
    else statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status !== 202) return status
    sent.isAcknowledged = true
    latencies.push(performance.now() - sent.sentAt)
    return status
  }

  async function send(webhook: GeneratedWebhook): Promise<number | undefined> {
    const { body, headers } = signedWebhook(webhook.body, signingSecret, new Date(now()))
    const there = urls()
    if (there.length === 0) return undefined
    for (let tries = 1; ; tries += 1) {
      turn += 1
      const outgoing = request(`${there[turn % there.length]}/webhooks/subtotal`, { method: 'POST', headers, agent })
      outgoing.end(body)
      try {
        return await statusOf(outgoing)
      } catch (error) {
        if (tries >= there.length || errorCodeOf(error) !== 'ECONNREFUSED') throw error
      }
    }
  }

  async function keepOne(): Promise<void> {
    while (!isOver) {
      if ((await post()) !== undefined) continue
      if (!isTireless) return
      await new Promise((resolve) => setTimeout(resolve, restMs))
    }
  }

  /** `undefined`: one of its own. */
  async function postNext(webhooks: readonly (GeneratedWebhook | undefined)[]): Promise<void> {
    const left = webhooks.values()
    async function some(): Promise<void> {
      for (const webhook of left) await post(webhook)
    }
    await Promise.all(Array.from({ length: posters }, some))
  }

  return {
    post,
    keepPosting(connections) {
      for (let index = 0; index < connections; index += 1) running.push(keepOne())
    },
    async postSteadily(perSecond, forMs) {
      const startedAt = performance.now()
      let posted = 0
      const all: Promise<unknown>[] = []
      while (performance.now() - startedAt < forMs) {
        const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
        for (; posted < due; posted += 1) all.push(post())
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await Promise.all(all)
    },
    postMany: (count) => postNext(Array.from({ length: count }, () => undefined)),
    postAll: postNext,
    async stop() {
      isOver = true
      await Promise.all(running)
      agent.destroy()
    },
    get inFlight() {
      return inFlight
    },
    answered: answered.promise,
    broken,
    statuses,
    latencies,
  }
}

/** The status of an answer that came whole. */
function statusOf(outgoing: ClientRequest): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode))
      response.once('error', reject)
      response.once('close', () => reject(new Error('The answer did not come whole.')))
    })
  })
}
