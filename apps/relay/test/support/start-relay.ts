import { join } from 'node:path'
import { signedWebhook } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import type { RelayConfig } from '../../src/config/relay-config.ts'
import { createLogger } from '../../src/observability/logger.ts'
import type { RelayEventMap, RelayEvents } from '../../src/observability/relay-events.ts'
import { createRelayEvents } from '../../src/observability/relay-events.ts'
import type { Relay, RelayOptions } from '../../src/relay.ts'
import { createRelay } from '../../src/relay.ts'
import { scriptedConnector } from './scripted-connector.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The secret that the tests sign with. */
export const signingSecret = 'signing-secret-of-the-tests'

/** A relay of its own for one test, with what it says and how to speak to it. */
export interface TestRelay extends Relay {
  readonly events: RelayEvents
  readonly config: RelayConfig
  /** Its log, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  /** Posts a signed webhook. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Posts JSON to the admin API. */
  write(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Resolves when so many deliveries have had a final outcome since the relay started. */
  settled(count: number): Promise<void>
}

/** An answer of the relay, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/**
 * Starts a relay on a free port with a store of its own; it stops when the test has finished. The store stays in this thread, which is
 * quicker to start.
 */
export async function startRelay(
  config: Partial<RelayConfig> = {},
  options: Omit<RelayOptions, 'logger' | 'events'> & { now?: () => number } = {},
): Promise<TestRelay> {
  const { now = Date.now, ...relayOptions } = options
  const events = createRelayEvents()
  const log: Record<string, unknown>[] = []
  const logger = createLogger('trace', { write: (line) => void log.push(JSON.parse(line)) })
  const whole: RelayConfig = {
    host: '127.0.0.1',
    port: 0,
    logLevel: 'trace',
    store: `sqlite:${join(temporaryFolder(), 'relay.db')}`,
    bodyLimitBytes: 1_048_576,
    signingSecrets: [signingSecret],
    signatureToleranceMs: 86_400_000,
    destinations: { scripted: scriptedConnector() },
    ...config,
  }
  const final = countFinal(events)
  const relay = await createRelay(whole, { hasStoreThread: false, ...relayOptions, logger, events })
  onTestFinished(() => relay.stop())

  async function request(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${relay.url}${path}`, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: toObject(text) }
  }

  return {
    ...relay,
    events,
    config: whole,
    log,
    post(body, headers = {}) {
      const signed = signedWebhook(body, signingSecret, new Date(now()))
      return request('/webhooks/subtotal', { method: 'POST', body: signed.body, headers: { ...signed.headers, ...headers } })
    },
    get: (path, headers = {}) => request(path, { headers }),
    write: (path, body = {}, headers = {}) =>
      request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    settled: final,
  }
}

function countFinal(events: RelayEvents): (count: number) => Promise<void> {
  let count = 0
  const listeners = new Set<() => void>()
  events.on('delivery:attempted', ({ status }: RelayEventMap['delivery:attempted'][0]) => {
    if (status !== 'retry' && status !== 'held') count += 1
    for (const listener of listeners) listener()
  })
  return (wanted) =>
    new Promise((resolve) => {
      const listener = (): void => {
        if (count < wanted) return
        listeners.delete(listener)
        resolve()
      }
      listeners.add(listener)
      listener()
    })
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
