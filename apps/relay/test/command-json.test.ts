import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMockKlaviyo, createMockSubtotal, createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { auditSchema } from '../src/cli/admin/audit-answer.ts'
import { erasurePlanSchema, erasureSchema, erasuresSchema } from '../src/cli/admin/erasure-answer.ts'
import { deliveriesSchema, deliverySchema, eventDetailSchema, eventsSchema } from '../src/cli/admin/event-answer.ts'
import { importDetailSchema, importsSchema } from '../src/cli/admin/import-answer.ts'
import { processedOneSchema, quarantinedSchema, quarantineSchema } from '../src/cli/admin/quarantine-answer.ts'
import { replayPlanSchema, replaysSchema } from '../src/cli/admin/replay-answer.ts'
import { statsSchema } from '../src/cli/admin/stats-answer.ts'
import { createFolder, runCommand, startCommand } from './run-command.ts'

// A child process loads every module anew.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const secret = 'whsec_dGVzdC1zaWduaW5nLXNlY3JldA=='
const subtotalKey = 'subtotal-key-0123456789-of-the-tests'
const lane = z.strictObject({ destination: z.string(), result: z.enum(['paused', 'resumed']) })
const sentences = z.array(z.string())

const processedCounts = z.strictObject({
  stored: z.number(),
  duplicate: z.number(),
  ignored: z.number(),
  quarantined: z.number(),
})

/** What the commands print that speak to no relay, as docs/command-line.md has it. */
const checkSchema = z.strictObject({
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({ name: z.string(), ok: z.boolean(), proved: sentences, problems: sentences, notes: sentences }),
  ),
})
const sendSchema = z.strictObject({
  sent: z.number(),
  failed: z.number(),
  answers: z.record(z.string(), z.number()),
  elapsedMs: z.number(),
  medianMs: z.number(),
  slowestMs: z.number(),
})
const previewSchema = z.strictObject({
  event: z.looseObject({ id: z.string(), type: z.string() }),
  destinations: z.record(z.string(), z.looseObject({ requests: z.array(z.unknown()), notSent: z.array(z.unknown()) })),
})
const backupSchema = z.strictObject({ file: z.string(), events: z.number(), bytes: z.number() })
const restoreSchema = z.strictObject({
  store: z.string(),
  events: z.number(),
  movedTo: z.string().nullable(),
  erasedSince: z.array(z.strictObject({ id: z.string(), createdAt: z.string(), finishedAt: z.string().nullable() })),
  keyIds: sentences,
})
const demoSchema = z.strictObject({
  isComplete: z.boolean(),
  elapsedMs: z.number(),
  sent: z.number(),
  received: z.number(),
  quarantined: z.number(),
  destinations: z.array(
    z.strictObject({
      name: z.string(),
      expected: z.number(),
      arrived: z.number(),
      superseded: z.number(),
      missing: z.number(),
      extra: z.number(),
      examples: sentences,
      retried: z.number(),
      dead: z.number(),
    }),
  ),
})
const connectSchema = z.strictObject({
  webhooks: z.array(z.looseObject({ id: z.string(), url: z.string(), isActive: z.boolean(), relay: z.string().nullable() })),
})

let folder: Awaited<ReturnType<typeof createFolder>>
let env: Readonly<Record<string, string>>
let relay: ReturnType<typeof startCommand>
let subtotal: Awaited<ReturnType<typeof createMockSubtotal>>
let eventId = ''
let sent: unknown
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const klaviyo = await createMockKlaviyo()
  subtotal = await createMockSubtotal({ apiKey: subtotalKey })
  closing.push(klaviyo.close, subtotal.close)
  const webhook = createWebhookGenerator().next()
  eventId = webhook.id
  folder = await createFolder({ 'webhook.json': webhook.body, 'broken.json': 'not json' })
  env = {
    SUBTOTAL_SIGNING_SECRET: secret,
    KLAVIYO_API_KEY: 'pk_test_0123456789abcdef',
    KLAVIYO_BASE_URL: klaviyo.url,
    SUBTOTAL_API_KEY: subtotalKey,
    SUBTOTAL_BASE_URL: subtotal.url,
  }
  relay = startCommand(['start'], { cwd: folder.path, env: { ...env, PORT: '0' } })
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(await relay.line(/listening/)))
  env = { ...env, RELAY_URL: url, FORCE_COLOR: '1' }
  sent = await printed(['send', 'webhook.json', 'broken.json'], sendSchema)
})

afterAll(async () => {
  relay.kill('SIGTERM')
  await relay.ended
  await Promise.all([...closing.map((close) => close()), folder.remove()])
})

/** What a command prints with `--json`; colours are asked for, and are not in it. */
async function printed<Value>(args: readonly string[], schema: z.ZodType<Value>, exitCode = 0): Promise<Value> {
  const result = await runCommand([...args, '--json'], { cwd: folder.path, env })
  expect(result).toMatchObject({ exitCode })
  return schema.parse(JSON.parse(result.stdout))
}

describe('--json, each command in a process of its own', () => {
  test('check, preview, send and connect --status', async () => {
    expect(await printed(['check'], checkSchema)).toMatchObject({ ok: true, checks: [{ name: 'subtotal' }, { name: 'klaviyo' }] })
    expect(await printed(['preview', 'webhook.json'], previewSchema)).toMatchObject({ event: { id: eventId } })
    expect(sent).toMatchObject({ sent: 2, failed: 0, answers: { stored: 1, quarantined: 1 } })
    expect(await printed(['connect', '--status'], connectSchema, 1)).toEqual({ webhooks: [] })
  })

  test.each<{ readonly args: readonly string[]; readonly schema: z.ZodType; readonly exitCode?: number }>([
    { args: ['stats'], schema: statsSchema },
    { args: ['events'], schema: eventsSchema },
    { args: ['deliveries', '--status', 'delivered'], schema: deliveriesSchema },
    { args: ['deadletters'], schema: deliveriesSchema },
    { args: ['replay'], schema: replayPlanSchema },
    { args: ['replays'], schema: replaysSchema },
    { args: ['quarantine'], schema: quarantineSchema },
    { args: ['quarantine', 'show', '1'], schema: quarantinedSchema },
    { args: ['quarantine', 'process', '1'], schema: processedOneSchema, exitCode: 1 },
    { args: ['quarantine', 'process'], schema: processedCounts, exitCode: 1 },
    { args: ['imports'], schema: importsSchema },
    { args: ['erase', '--customer', 'nobody'], schema: erasurePlanSchema },
    { args: ['erasures'], schema: erasuresSchema },
    { args: ['pause', 'klaviyo', '--reason', 'A new key.'], schema: lane },
    { args: ['resume', 'klaviyo'], schema: lane },
    { args: ['audit'], schema: auditSchema },
  ])('$args', async ({ args, schema, exitCode = 0 }) => {
    await printed(args, schema, exitCode)
  })

  test('events <id> for machines and for people', async () => {
    expect(await printed(['events', eventId], eventDetailSchema)).toMatchObject({ event: { id: eventId } })
    const { stdout, stderr } = await runCommand(['events', eventId], {
      cwd: folder.path,
      env: { ...env, FORCE_COLOR: '0' },
    })
    expect(stdout).toMatch(new RegExp(`^event +${eventId}\ntype +account\\.connected\n`))
    expect(stdout).toMatch(/\ndelivery +destination +status .*\n1 +klaviyo +/)
    expect(stderr).toContain('--reveal')
  })

  test('backfill and imports show', async () => {
    const connection = subtotal.link({ customerId: 'customer-1', email: 'robin@shoppers.example' })
    subtotal.addPurchases(connection.id, 2)
    const ended = await printed(['backfill', '--connection', connection.id], importDetailSchema)
    expect(ended).toMatchObject({ status: 'finished', purchases: { seen: 2, new: 2 }, refusals: [] })
    expect(await printed(['imports', 'show', ended.id], importDetailSchema)).toEqual(ended)
  })

  test('dead', async () => {
    const webhook = createWebhookGenerator({ seed: 7 }).next()
    await writeFile(join(folder.path, 'second.json'), webhook.body)
    await printed(['pause', 'klaviyo'], lane)
    await printed(['send', 'second.json'], sendSchema)
    const { items } = await printed(['deliveries', '--event', webhook.id], deliveriesSchema)
    const id = items[0]?.id ?? ''
    const ended = await printed(['dead', id, '--reason', 'A test.'], deliverySchema)
    expect(ended).toMatchObject({ id, eventId: webhook.id, status: 'dead' })
    await printed(['resume', 'klaviyo'], lane)
  })

  test('erase --yes and erasures unblock', async () => {
    const erased = await printed(['erase', '--customer', 'nobody-else', '--block', '--yes'], erasureSchema)
    expect(erased).toMatchObject({ status: 'finished', by: 'customer', block: true })
    expect(await printed(['erasures', 'unblock', erased.id], erasureSchema)).toMatchObject({ id: erased.id, block: false })
  })

  test('demo: what arrived on stdout, all else on stderr', async () => {
    const outcome = await printed(['demo', '--count', '10', '--rate', '100'], demoSchema)
    expect(outcome).toMatchObject({ isComplete: true, sent: 10, received: 10 })
    expect(outcome.destinations.map(({ name, missing }) => [name, missing])).toEqual([
      ['braze', 0],
      ['klaviyo', 0],
      ['customerio', 0],
    ])
  })

  test('backup and restore', async () => {
    const file = join(folder.path, 'backup.db')
    const { events } = await printed(['backup', 'backup.db'], backupSchema)
    const other = await createFolder()
    closing.push(other.remove)
    const result = await runCommand(['restore', file, '--json'], { cwd: other.path })
    expect(restoreSchema.parse(JSON.parse(result.stdout))).toMatchObject({ events, movedTo: null })
  })
})
