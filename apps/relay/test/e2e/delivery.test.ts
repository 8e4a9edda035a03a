import type { Failure, GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { DestinationName } from '../../src/demo/arrival-keys.ts'
import { destinationNames } from '../../src/demo/arrival-keys.ts'
import { apiKey, expectedAt, startMockDestinations } from '../support/mock-destinations.ts'
import type { TestRelay } from '../support/start-relay.ts'
import { signingSecret, startRelay } from '../support/start-relay.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

function generate(count: number, seed = 1): readonly GeneratedWebhook[] {
  let at = Date.now() - 3_600_000
  const generator = createWebhookGenerator({ seed, clock: () => (at += 1_000) })
  return Array.from({ length: count }, () => generator.next())
}

/** Without profiles: an older one is skipped once a newer one went before it, which failures can bring about. */
function generateLasting(count: number): readonly GeneratedWebhook[] {
  return generate(3 * count)
    .filter(({ eventType }) => !eventType.startsWith('profile.'))
    .slice(0, count)
}

async function postAll(relay: TestRelay, webhooks: readonly GeneratedWebhook[]): Promise<void> {
  for (const { body } of webhooks) expect(await relay.post(body)).toMatchObject({ status: 202, json: { result: 'stored' } })
}

test('webhooks of every type and wire variant reach all three destinations, each once', async () => {
  const mocks = await startMockDestinations()
  const relay = await startRelay({ destinations: mocks.connectors })
  const sent = generate(150)
  expect(new Set(sent.map((webhook) => webhook.eventType)).size).toBe(7)
  await postAll(relay, sent)
  await relay.settled(sent.length * 3)
  for (const destination of destinationNames) {
    expect(mocks.arrived(destination).toSorted(), destination).toEqual(expectedAt(destination, sent))
  }
  const { json } = await relay.get('/api/v1/stats')
  expect(json).toMatchObject({
    events: 150,
    quarantined: 0,
    destinations: [{ delivered: 150 }, { delivered: 150 }, { delivered: 150 }],
  })
})

describe('a destination that fails gets everything in the end, and delays nobody else', () => {
  const failures: Readonly<Record<string, Failure>> = {
    'answers 429': { kind: 'answer', status: 429, headers: { 'retry-after': '7' }, body: {} },
    'answers 500': { kind: 'answer', status: 500, body: { message: 'Sorry.' } },
    'answers 503 with a time': { kind: 'answer', status: 503, headers: { 'retry-after': '7' } },
    'answers 401': { kind: 'answer', status: 401, body: {} },
    'answers 200 with HTML': { kind: 'html' },
    'answers garbage': { kind: 'garbage' },
    'answers nothing': { kind: 'reset' },
    'answers half': { kind: 'truncated' },
  }
  const cases = destinationNames.flatMap((destination) =>
    Object.entries(failures).map(([name, failure]) => ({ destination, name, failure })),
  )

  test.each(cases)('$destination $name', async ({ destination, failure }) => {
    const clock = createVirtualClock(Date.now())
    const mocks = await startMockDestinations()
    const relay = await startRelay({ destinations: mocks.connectors }, { clock, now: () => clock.now() })
    const sent = generateLasting(12)
    mocks.fail(destination, failure)
    await postAll(relay, sent)
    const attempted = countAttempts(relay, destination)
    await until(clock, () => attempted() >= sent.length)
    await until(clock, () => mocks.arrived(destination).length >= sent.length)
    await until(clock, () => others(destination).every((other) => mocks.arrived(other).length === sent.length))
    for (const name of destinationNames) expect(mocks.arrived(name).toSorted(), name).toEqual(expectedAt(name, sent))
    expect((await relay.get('/api/v1/deliveries?status=dead')).json['items']).toEqual([])
  })
})

test('a destination that is down for hours loses nothing, and the others do not wait for it', async () => {
  const clock = createVirtualClock(Date.now())
  const mocks = await startMockDestinations()
  const relay = await startRelay({ destinations: mocks.connectors }, { clock, now: () => clock.now() })
  const sent = generateLasting(20)
  mocks.fail('klaviyo', { kind: 'answer', status: 500 }, Number.POSITIVE_INFINITY)
  await postAll(relay, sent)
  await until(clock, () => mocks.arrived('braze').length === sent.length && mocks.arrived('customerio').length === sent.length)
  const started = clock.now()
  await until(clock, () => clock.now() - started > 6 * 3_600_000)
  expect(mocks.arrived('klaviyo')).toEqual([])
  mocks.recover('klaviyo')
  await until(clock, () => mocks.arrived('klaviyo').length === sent.length)
  expect(mocks.arrived('klaviyo').toSorted()).toEqual(expectedAt('klaviyo', sent))
})

test('an event without a usable identifier is a dead letter ERR_NO_IDENTIFIER, and costs its neighbours nothing', async () => {
  const mocks = await startMockDestinations()
  const relay = await startRelay({ destinations: mocks.connectors })
  const connection = { connection_id: 'nobody', customer_id: null, retailer_id: 'target', email: null, mobile: null }
  const sent = generate(3)
  await relay.post(JSON.stringify({ type: 'connection.activated', id: 'e1', payload: { connection } }))
  await postAll(relay, sent)
  await relay.settled(12)
  const { json } = await relay.get('/api/v1/deliveries?status=dead')
  expect(json['items']).toMatchObject(
    destinationNames.map(() => ({ eventId: 'e1', status: 'dead', error: { code: 'ERR_NO_IDENTIFIER' } })),
  )
  expect(mocks.arrived('braze')).toHaveLength(3)
})

test('no answer, log line or metric holds a key, a secret or anything about a person', async () => {
  const mocks = await startMockDestinations()
  const relay = await startRelay({ destinations: mocks.connectors })
  const sent = generate(60, 7)
  mocks.fail('braze', { kind: 'answer', status: 400, body: { message: `no: ${sent[0]?.email} ${sent[0]?.mobile} ${apiKey}` } }, 3)
  mocks.fail('klaviyo', { kind: 'answer', status: 401, body: { errors: [{ detail: `${apiKey} of ${sent[0]?.email}` }] } })
  const answers: string[] = []
  for (const { body } of sent) {
    answers.push((await relay.post(body)).text)
    answers.push((await relay.post(body, { 'x-subtotal-signature': 'x' })).text)
    answers.push((await relay.post(body.replace('connection_id', 'connection'))).text)
  }
  await relay.settled(sent.length * 2)
  const reads = [
    '/healthz',
    '/readyz',
    '/metrics',
    '/api/v1/deliveries?limit=500',
    '/api/v1/events?limit=500',
    '/api/v1/quarantine',
    '/api/v1/stats',
  ]
  for (const path of reads) {
    const answer = await relay.get(path)
    expect(answer.status, path).toBe(200)
    answers.push(answer.text)
  }
  const said = answers.join('\n') + JSON.stringify(relay.log)
  const hidden = [apiKey, signingSecret, ...sent.flatMap(({ email, mobile, body }) => [email, mobile, ...namesIn(body)])]
  for (const value of new Set(hidden)) expect(holdsWord(said, value), value).toBe(false)
})

test('a relay that is stopped under load answers or refuses, and loses nothing it answered', async () => {
  const mocks = await startMockDestinations()
  const relay = await startRelay({ destinations: mocks.connectors })
  const sent = generate(200, 3)
  const accepted: GeneratedWebhook[] = []
  const posts = sent.map(async (webhook) => {
    const answer = await relay.post(webhook.body).catch(() => undefined)
    if (answer?.status === 202) accepted.push(webhook)
  })
  await Promise.race(posts)
  await relay.stop()
  await Promise.all(posts)
  const second = await startRelay({ ...relay.config, destinations: (await startMockDestinations()).connectors })
  for (const { id } of accepted) expect((await second.get(`/api/v1/events/${id}`)).status).toBe(200)
  expect(accepted.length).toBeGreaterThan(0)
})

test('webhooks signed with the old secret and the new one are taken', async () => {
  const relay = await startRelay({ signingSecrets: ['new', 'old'] })
  const [one, two] = generate(2)
  for (const [webhook, secret] of [
    [one, 'old'],
    [two, 'new'],
  ] as const) {
    const { body, headers } = signedWebhook(webhook?.body ?? '', secret)
    const answer = await fetch(`${relay.url}/webhooks/subtotal`, { method: 'POST', body, headers })
    expect(answer.status).toBe(202)
  }
  expect((await relay.get('/metrics')).text).toContain('relay_ingest_secret_used_total{secret_id="1"} 1')
})

function others(destination: DestinationName): readonly DestinationName[] {
  return destinationNames.filter((name) => name !== destination)
}

function countAttempts(relay: TestRelay, destination: DestinationName): () => number {
  let count = 0
  relay.events.on('delivery:attempted', (attempt) => {
    if (attempt.destination === destination) count += 1
  })
  return () => count
}

/** Lets virtual time pass, and real answers come in between, until the condition holds. */
async function until(clock: ReturnType<typeof createVirtualClock>, condition: () => boolean): Promise<void> {
  while (!condition()) await clock.advance(1_000)
}

/** A postal code may stand inside a longer number by chance. */
function holdsWord(text: string, value: string): boolean {
  return text
    .split(value)
    .some((before, index, pieces) => index < pieces.length - 1 && !/\w$/.test(before) && !/^\w/.test(pieces[index + 1] ?? ''))
}

/** The first and last names in a profile webhook. */
function namesIn(body: string): readonly string[] {
  return [...body.matchAll(/"(?:first_name|last_name|postal_code)\\?":\s*\\?"([^"\\]+)/g)].flatMap((match) => match[1] ?? [])
}
