import { createServer } from 'node:http'
import { join } from 'node:path'
import { createMockKlaviyo, createWebhookGenerator, revokedKlaviyoKey } from '@subtotal-connectors/testing/mocks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createFolder } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'

const secret = 'whsec_dGVzdC1zaWduaW5nLXNlY3JldA=='
const apiKey = 'pk_test_0123456789abcdef'
const purchase = {
  type: 'purchase.created',
  id: '01KFJSR44CPH867805V8GJ9VCY',
  payload: {
    connection: {
      connection_id: '01K8BPF23CCZ2FK50STB8EGWAV',
      customer_id: 'customer-1',
      retailer_id: 'target',
      email: 'robin@shoppers.example',
      mobile: null,
    },
    purchase: {
      purchase_id: '01K8BPF2393S9VB6JQT99GK448',
      date: '2026-10-14T10:00:00Z',
      total: '12.50',
      tax: '0.50',
      subtotal: '12.00',
      items: [],
    },
  },
}

let folder: Awaited<ReturnType<typeof createFolder>>
let cwd: string

beforeAll(async () => {
  folder = await createFolder({
    'purchase.json': JSON.stringify(purchase),
    'payload.json': JSON.stringify(purchase.payload),
    'no-identifier.json': JSON.stringify({ ...purchase, payload: { ...purchase.payload, connection: { connection_id: 'c' } } }),
    'broken.json': '{"type":',
    'other.json': '{"hello":"world"}',
  })
  cwd = folder.path
})

afterAll(() => folder.remove())

describe('subtotal-relay', () => {
  test.each([[[]], [['start']], [['demo']], [['check']], [['preview']], [['send']]])(
    '%j --help shows examples',
    async (command) => {
      const result = await runInProcess([...command, '--help'], { cwd })
      expect(result).toMatchObject({ exitCode: 0, stderr: '' })
      expect(result.stdout).toContain('$ subtotal-relay')
    },
  )

  test.each([
    ['no command', [], 'Usage: subtotal-relay'],
    ['a mistyped command', ['strat'], 'Did you mean start?'],
    ['a mistyped option', ['demo', '--onec'], 'Did you mean --once?'],
    ['an option without its value', ['start', '--config'], 'argument missing'],
    ['a rate that is none', ['demo', '--rate', 'fast'], 'webhooks per second'],
    ['an argument too many', ['start', 'now'], 'too many arguments'],
    ['nothing to send', ['send'], '--generate'],
    ['files and --generate', ['send', 'purchase.json', '--generate'], 'not both'],
    ['a count of files', ['send', 'purchase.json', '--count', '2'], '--count goes with --generate'],
    ['a relay that is no URL', ['send', 'purchase.json', '--url', 'localhost'], 'http or https URL'],
    ['an unknown destination', ['preview', 'purchase.json', '--destination', 'mailman'], 'braze, klaviyo, customerio'],
    ['a payload of no plain type', ['preview', 'other.json'], '--type'],
  ])('%s is wrong use: exit code 2, said on stderr', async (_, args, said) => {
    const result = await runInProcess(args, { cwd, env: { SUBTOTAL_SIGNING_SECRET: secret } })
    expect(result).toMatchObject({ exitCode: 2, stdout: '' })
    expect(result.stderr).toContain(said)
    expect(result.stderr).not.toContain('    at ')
  })
})

describe('preview', () => {
  test('shows all three destinations with default settings when none is configured, and says so', async () => {
    const result = await runInProcess(['preview', 'purchase.json'], { cwd })
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toBe('note: no destination is configured; this is what each would get with default settings.\n')
    expect(result.stdout).toContain('POST https://rest.iad-01.braze.com/users/track\n')
    expect(result.stdout).toContain('# klaviyo\n')
    expect(result.stdout).toContain('"order_id": "01K8BPF2393S9VB6JQT99GK448"')
    expect(result.stdout).not.toMatch(/authorization|placeholder/i)
  })

  test('shows what the configured destination would get, without its key', async () => {
    const env = { KLAVIYO_API_KEY: apiKey }
    const result = await runInProcess(['preview', 'purchase.json'], { cwd, env })
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.stdout).toContain('"unique_id": "purchase.created:01K8BPF2393S9VB6JQT99GK448"')
    expect(result.stdout).not.toContain('# braze')
    expect(result.stdout).not.toContain(apiKey)
  })

  test('reads a payload without its envelope', async () => {
    const result = await runInProcess(['preview', 'payload.json', '--destination', 'braze'], { cwd })
    expect(result.exitCode).toBe(0)
    expect(result.stderr).toContain('it is read as the payload of purchase.created')
    expect(result.stdout).toContain('"name": "subtotal_purchase"')
    expect(result.stdout).not.toContain('# klaviyo')
  })

  test('prints JSON on request', async () => {
    const { stdout } = await runInProcess(['preview', 'purchase.json', '--json'], { cwd })
    expect(
      Object.keys(z.object({ destinations: z.record(z.string(), z.unknown()) }).parse(JSON.parse(stdout)).destinations),
    ).toEqual(['braze', 'klaviyo', 'customerio'])
  })

  test('says why an event is not sent, and what a running relay would know', async () => {
    const result = await runInProcess(['preview', 'no-identifier.json'], { cwd })
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toContain('Not sent: ERR_NO_IDENTIFIER')
    expect(result.stderr).toContain('earlier webhooks of the same connection')
  })

  test.each([
    ['missing.json', 'error: missing.json cannot be read: there is no such file.\n'],
    ['.', 'error: . cannot be read: it is a folder.\n'],
    ['broken.json', 'error: broken.json is not JSON.\n'],
  ])('%s fails with one sentence', async (file, stderr) => {
    expect(await runInProcess(['preview', file], { cwd })).toEqual({ exitCode: 1, stdout: '', stderr })
  })
})

describe('check', () => {
  test('proves a good key and exits 0; names the problem of a bad one and exits 1', async () => {
    const klaviyo = await createMockKlaviyo()
    try {
      const good = await runInProcess(['check'], { cwd, env: { KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: klaviyo.url } })
      expect(good).toMatchObject({ exitCode: 0, stderr: '' })
      expect(good.stdout).toMatch(/^klaviyo: ok\n {2}proved: {2}/)
      const bad = await runInProcess(['check'], {
        cwd,
        env: { KLAVIYO_API_KEY: revokedKlaviyoKey, KLAVIYO_BASE_URL: klaviyo.url },
      })
      expect(bad).toMatchObject({ exitCode: 1, stderr: '' })
      expect(bad.stdout).toMatch(/^klaviyo: problem\n/)
      expect(bad.stdout).toContain('  problem: ')
      expect(good.stdout + bad.stdout).not.toContain(apiKey)
      expect(bad.stdout).not.toContain(revokedKlaviyoKey)
      expect(klaviyo.accepted).toEqual([])
    } finally {
      await klaviyo.close()
    }
  })

  test('fails in a sentence when there is nothing to check', async () => {
    const result = await runInProcess(['check'], { cwd })
    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
    expect(result.stderr).toMatch(/^error: No destination is configured\..*KLAVIYO_API_KEY.*\n$/)
  })
})

describe('start', () => {
  test('start refuses in a sentence that names the variable', async () => {
    const result = await runInProcess(['start'], { cwd, env: { KLAVIYO_API_KEY: apiKey } })
    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*SUBTOTAL_SIGNING_SECRET.*\n$/)
  })
})

describe('send', () => {
  test('send says when nothing listens', async () => {
    const result = await runInProcess(['send', 'purchase.json', '--url', 'http://127.0.0.1:1'], {
      cwd,
      env: { SUBTOTAL_SIGNING_SECRET: secret },
    })
    expect(result.exitCode).toBe(1)
    expect(result.stdout).toContain('1 without an answer: nothing listens there')
  })

  test('send without a secret names the variable', async () => {
    const result = await runInProcess(['send', 'purchase.json'], { cwd })
    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*SUBTOTAL_SIGNING_SECRET.*\n$/)
  })

  test('send finds the secret in .env and in a file', async () => {
    const { body } = createWebhookGenerator().next()
    const surroundings = await createFolder({
      '.env': `SUBTOTAL_SIGNING_SECRET=${secret}\n`,
      'secret.txt': `${secret}\n`,
      'webhook.json': body,
    })
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(String(request.headers['x-subtotal-signature']))
      response.writeHead(202).end('{"id":"1","result":"stored"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = z.object({ port: z.number() }).parse(server.address())
    const args = ['send', join(surroundings.path, 'webhook.json'), '--url', `http://127.0.0.1:${port}`]
    try {
      expect(await runInProcess(args, { cwd: surroundings.path })).toMatchObject({ exitCode: 0 })
      const env = { SUBTOTAL_SIGNING_SECRET_FILE: join(surroundings.path, 'secret.txt') }
      expect(await runInProcess(args, { cwd, env })).toMatchObject({ exitCode: 0 })
      expect(seen).toHaveLength(2)
    } finally {
      server.close()
      await surroundings.remove()
    }
  })
})
