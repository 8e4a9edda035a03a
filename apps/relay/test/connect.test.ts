import { mkdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  type CreateMockSubtotalOptions,
  createMockKlaviyo,
  createMockSubtotal,
  type MockKlaviyo,
  type MockSubtotal,
} from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CommandResult } from './run-command.ts'
import { createFolder, startCommand } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'

const apiKey = 'subtotal-key-0123456789-of-the-tests'

interface Surroundings {
  readonly subtotal: MockSubtotal
  readonly klaviyo: MockKlaviyo
  /** Where a relay with these settings listens. */
  readonly url: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  connect(...args: string[]): Promise<CommandResult>
  secretFile(): Promise<string>
}

async function surroundings(options: CreateMockSubtotalOptions = {}, more: Record<string, string> = {}): Promise<Surroundings> {
  const subtotal = await createMockSubtotal({ apiKey, ...options })
  const klaviyo = await createMockKlaviyo()
  const folder = await createFolder()
  onTestFinished(async () => {
    await Promise.all([subtotal.close(), klaviyo.close()])
    await folder.remove()
  })
  const port = await freePort()
  const env = {
    SUBTOTAL_API_KEY: apiKey,
    SUBTOTAL_BASE_URL: subtotal.url,
    KLAVIYO_API_KEY: 'pk_test',
    KLAVIYO_BASE_URL: klaviyo.url,
    PORT: String(port),
    RELAY_ENRICH: 'off',
    ...more,
  }
  const url = `http://127.0.0.1:${port}/webhooks/subtotal`
  return {
    subtotal,
    klaviyo,
    url,
    cwd: folder.path,
    env,
    connect: (...args) => runInProcess(['connect', '--url', url, ...args], { env, cwd: folder.path }),
    secretFile: () => readFile(join(folder.path, 'data/subtotal-signing-secret'), 'utf8'),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function startRelay({ env, cwd }: Surroundings): Promise<{ stop(): Promise<unknown> }> {
  const relay = startCommand(['start'], { env, cwd })
  await relay.line(/"msg":"listening"/)
  const stop = () => {
    relay.kill('SIGTERM')
    return relay.ended
  }
  onTestFinished(async () => {
    await stop()
  })
  return { stop }
}

describe('connect', () => {
  test('makes the webhook, keeps its secret for its owner alone, and proves the way as far as the destinations', async () => {
    const around = await surroundings()
    const { subtotal, klaviyo, connect, secretFile, cwd, url } = around
    const first = await connect()
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(first.stdout.replaceAll(/01[0-9A-Z]{24}|\/\S*\/data/g, '…').replaceAll(/:\d+/g, ':PORT')).toMatchInlineSnapshot(`
      "ok      webhook … is made and posts to http://127.0.0.1:PORT/webhooks/subtotal
      ok      its signing secret is in …/subtotal-signing-secret, which its owner alone may read
      ok      no relay runs here; one is started at http://127.0.0.1:PORT for the proof
      ok      a relay answers at http://127.0.0.1:PORT/webhooks/subtotal and knows the secret
      ok      Subtotal's simulator has linked an account
      ok      the webhook has come to the relay, and its event is stored
      ok      klaviyo: skipped, as asked
      ok      Subtotal is connected
      "
    `)
    const [webhook] = subtotal.webhooks
    expect(webhook).toMatchObject({ url, isActive: true, receivesSimulatedEvents: false })
    expect(webhook?.eventTypes).toContain('purchase.created')
    const secret = webhook?.signingSecret ?? ''
    expect(first.stdout).not.toContain(secret)
    expect(await secretFile()).toBe(`${secret}\n`)
    expect((await stat(join(cwd, 'data/subtotal-signing-secret'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('SUBTOTAL_SIGNING_SECRET_FILE=data/subtotal-signing-secret\n')
    expect(klaviyo.accepted).toHaveLength(0)
    expect(subtotal.connections).toHaveLength(0)

    // Then the relay runs, gets what customers cause, and the command can be run again.
    await startRelay(around)
    const { id } = subtotal.link({ customerId: 'customer-1', email: 'robin@shoppers.example' })
    subtotal.purchase(id)
    await expect
      .poll(() => klaviyo.accepted.map(({ metric }) => metric).toSorted())
      .toStrictEqual(['Connected an Account', 'Purchased at Retailer'])
    const again = await connect('--deliver', '--show-secret')
    expect(again).toMatchObject({ exitCode: 0, stderr: '' })
    expect(again.stdout).toContain(`\n${secret}\n`)
    expect(again.stdout).toContain('klaviyo: delivered')
    expect(subtotal.webhooks).toHaveLength(1)
    expect(klaviyo.accepted).toHaveLength(3)
  }, 60_000)

  test('shows what is there, pauses, goes on and removes', async () => {
    const around = await surroundings()
    const { subtotal, connect, env, cwd, url } = around
    await connect()
    await startRelay(around)
    const status = await connect('--status')
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/active +no .*knows the secret that is here/) })
    expect(await connect('--pause')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is paused') })
    expect(subtotal.webhooks[0]?.isActive).toBe(false)
    expect((await runInProcess(['connect', '--status'], { env, cwd })).stdout).toContain('paused')
    expect(await connect()).toMatchObject({ exitCode: 0 })
    expect(subtotal.webhooks[0]?.isActive).toBe(true)
    expect(await connect('--remove')).toMatchObject({ exitCode: 0 })
    expect(subtotal.webhooks).toHaveLength(0)
    expect(await connect('--status')).toMatchObject({ exitCode: 1, stdout: `no webhook of the account posts to ${url}.\n` })
    expect(await connect('--remove')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no webhook of the account') })
  }, 60_000)

  test('asks before it replaces a webhook whose secret is not here, and keeps the old secrets when it does', async () => {
    const around = await surroundings({}, { SUBTOTAL_SIGNING_SECRET_FILE: 'secret' })
    const { subtotal, connect, url, cwd } = around
    const old = subtotal.addWebhook({ url })
    expect(await connect()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('add --replace') })
    expect(subtotal.webhooks).toStrictEqual([old])
    expect(await connect('--replace')).toMatchObject({ exitCode: 0 })
    const [first] = subtotal.webhooks
    expect(subtotal.webhooks).toHaveLength(1)
    expect(first?.id).not.toBe(old.id)
    expect(await connect('--replace')).toMatchObject({ exitCode: 0 })
    const [second] = subtotal.webhooks
    expect(await readFile(join(cwd, 'secret'), 'utf8')).toBe(`${second?.signingSecret},${first?.signingSecret}\n`)
  }, 60_000)

  test('says what to set where .env cannot be written', async () => {
    const { connect, cwd } = await surroundings()
    await mkdir(join(cwd, '.env'))
    const { exitCode, stdout } = await connect()
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`set SUBTOTAL_SIGNING_SECRET_FILE to ${join(cwd, 'data/subtotal-signing-secret')}`)
  })

  test('leaves out event types that Subtotal does not know, and says so', async () => {
    const { subtotal, connect } = await surroundings()
    subtotal.disturb(({ method, text }) =>
      method === 'POST' && text.includes('connection.profile')
        ? { status: 422, body: { detail: [{ loc: ['body', 'event_types', 3], msg: 'unknown', type: 'enum' }] } }
        : undefined,
    )
    const { exitCode, stdout } = await connect()
    expect(exitCode).toBe(0)
    expect(stdout).toContain('they are left out: connection.disconnected, connection.profile.created, connection.profile.updated')
    expect(subtotal.webhooks[0]?.eventTypes).toStrictEqual([
      'connection.activated',
      'connection.unauthenticated',
      'purchase.created',
    ])
  })
})

describe('connect says at which station it stopped, and what to do', () => {
  const stopped = (sentence: string | RegExp) => ({
    exitCode: 1,
    stderr: typeof sentence === 'string' ? expect.stringContaining(sentence) : expect.stringMatching(sentence),
  })

  test('a revoked key', async () => {
    const { subtotal, connect } = await surroundings()
    subtotal.revokeKey()
    expect(await connect()).toMatchObject(stopped('Subtotal refused the API key (HTTP 401): it is wrong or revoked.'))
  })

  test('a missing scope: for webhooks, nothing is made; for the simulator, the rest is there', async () => {
    const { subtotal, connect } = await surroundings({ scopes: ['webhooks:read'] })
    expect(await connect()).toMatchObject(stopped('webhooks.create: Subtotal does not allow this with the API key'))
    expect(subtotal.webhooks).toHaveLength(0)
    subtotal.setScopes(['webhooks:read', 'webhooks:write'])
    expect(await connect()).toMatchObject(stopped('Subtotal did not simulate an event, so the way is not proved.'))
    expect(subtotal.webhooks).toHaveLength(1)
  })

  test('a relay that runs with another secret', async () => {
    const around = await surroundings({}, { SUBTOTAL_SIGNING_SECRET_FILE: 'secret' })
    await runInProcess(['connect', '--url', around.url], around)
    await startRelay(around)
    expect(await around.connect('--replace')).toMatchObject(stopped('does not know the new signing secret. Restart it'))
  }, 30_000)

  test('a URL where no relay is', async () => {
    const { subtotal, env, cwd } = await surroundings()
    const args = ['connect', '--url', `${subtotal.url}/elsewhere`]
    expect(await runInProcess(args, { env, cwd })).toMatchObject(
      stopped(/what answers at \S+ is no relay \(HTTP 401\)|does not know/),
    )
  })

  test('a URL that nobody reaches', async () => {
    const { env, cwd, subtotal } = await surroundings()
    const args = ['connect', '--timeout', '1', '--url', 'http://127.0.0.1:9/webhooks/subtotal']
    const result = await runInProcess(args, { env, cwd })
    expect(result).toMatchObject(stopped('within 1 s nothing is stored. Either it does not reach http://127.0.0.1:9'))
    expect(result.stdout).toContain('cannot be reached from here: nothing listens there')
    expect(subtotal.webhooks).toMatchObject([{ receivesSimulatedEvents: false }])
  })

  test('a destination that refuses', async () => {
    const { klaviyo, connect } = await surroundings()
    klaviyo.fail({ kind: 'answer', status: 400, body: { errors: [{ code: 'invalid', detail: 'no' }] } })
    expect(await connect('--deliver')).toMatchObject(stopped('klaviyo: dead: ERR_REJECTED.'))
  })

  test('a secret that could not be written, before anything is made', async () => {
    const { subtotal, connect } = await surroundings({}, { SUBTOTAL_SIGNING_SECRET: 'set-by-hand' })
    expect(await connect()).toMatchObject(stopped('set SUBTOTAL_SIGNING_SECRET_FILE to its path, and unset'))
    const unwritable = await surroundings({}, { SUBTOTAL_SIGNING_SECRET_FILE: '/proc/no/such/secret' })
    expect((await unwritable.connect()).exitCode).toBe(1)
    expect([...subtotal.webhooks, ...unwritable.subtotal.webhooks]).toStrictEqual([])
  })

  test('an answer that is lost or not as documented', async () => {
    const { subtotal, connect } = await surroundings()
    subtotal.disturb(({ method }) => (method === 'POST' ? { status: 201, body: { webhook: 'yes' } } : undefined))
    expect(await connect()).toMatchObject(stopped('Run the command again with --replace.'))
    subtotal.disturb(() => ({ status: 200, body: 'a web page' }))
    expect(await connect()).toMatchObject(stopped("Subtotal's answer is not JSON"))
  }, 30_000)

  test('no destination, no key, or a wrong command line', async () => {
    const { connect, env, cwd, url, subtotal } = await surroundings({}, { KLAVIYO_API_KEY: '', KLAVIYO_BASE_URL: '' })
    expect(await connect()).toMatchObject(stopped('No destination is configured.'))
    expect(subtotal.webhooks).toMatchObject([{ receivesSimulatedEvents: false }])
    const { SUBTOTAL_API_KEY: _, SUBTOTAL_BASE_URL: __, ...without } = env
    expect(await runInProcess(['connect', '--url', url], { env: without, cwd })).toMatchObject(
      stopped('SUBTOTAL_API_KEY is not set.'),
    )
    expect(await runInProcess(['connect'], { env, cwd })).toMatchObject({ exitCode: 2 })
    expect(await connect('--status', '--remove')).toMatchObject({ exitCode: 2 })
    expect(await runInProcess(['connect', '--url', 'https://a:b@c.example'], { env, cwd })).toMatchObject({ exitCode: 2 })
  })
})
