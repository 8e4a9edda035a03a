import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createMockKlaviyo, createMockSubtotal, createWebhookGenerator, signedWebhook } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { runCli } from '../src/cli/run-cli.ts'
import type { CommandResult } from './run-command.ts'
import { createFolder, runCommand, startCommand } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'

// A child process loads every module anew.
vi.setConfig({ testTimeout: 60_000 })

const apiKey = 'pk_test_0123456789abcdef'
const subtotalKey = 'subtotal-key-0123456789-of-the-tests'
const secret = 'whsec_dGVzdC1zaWduaW5nLXNlY3JldA=='

async function emptyFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await createFolder(files)
  onTestFinished(() => folder.remove())
  return folder.path
}

async function klaviyoSettings() {
  const klaviyo = await createMockKlaviyo()
  onTestFinished(() => klaviyo.close())
  return { klaviyo, env: { KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: klaviyo.url } }
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

describe('init --yes', () => {
  test('writes files that start a relay, in a folder where nothing is installed', async () => {
    const cwd = await emptyFolder({ 'package.json': '{"type":"commonjs"}' })
    const { klaviyo, env } = await klaviyoSettings()
    const made = await runCommand(['init', '--destination', 'klaviyo', '--yes', '--historical', 'skip'], {
      cwd,
      env: { ...env, SUBTOTAL_SIGNING_SECRET: secret, PORT: '0' },
    })
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    expect(made.stdout).toContain('klaviyo: ok\n')
    expect(made.stdout).toContain('the webhook posts to: https://<your host>/webhooks/subtotal')
    expect(made.stdout).not.toContain(apiKey)
    expect(await readFile(join(cwd, 'relay.config.ts'), 'utf8')).not.toContain(apiKey)
    expect(await modeOf(join(cwd, '.env'))).toBe(0o600)
    expect(klaviyo.accepted).toHaveLength(0)

    // Nothing of the environment is left: what the relay knows is in the files.
    const relay = startCommand(['start'], { cwd })
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(await relay.line(/listening/)))
    const webhook = signedWebhook(createWebhookGenerator().next().body, secret, new Date())
    const answer = await fetch(`${url}/webhooks/subtotal`, {
      method: 'POST',
      body: webhook.body,
      headers: { ...webhook.headers },
    })
    expect(answer.status).toBe(202)
    await expect.poll(() => klaviyo.accepted.length, { timeout: 10_000 }).toBe(1)
    // The token in .env is the relay's, and the command's.
    const stats = await runInProcess(['stats'], { cwd, env: { RELAY_URL: url } })
    expect(stats).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^1 events/) })
    expect((await fetch(`${url}/api/v1/stats`)).status).toBe(401)
    relay.kill('SIGTERM')
    expect(await relay.ended).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('makes the webhook with --connect, and leaves a key in the file that names it', async () => {
    const cwd = await emptyFolder({ 'klaviyo-key': `${apiKey}\n` })
    const { env } = await klaviyoSettings()
    const subtotal = await createMockSubtotal({ apiKey: subtotalKey })
    onTestFinished(() => subtotal.close())
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/webhooks/subtotal`
    const { stdout, exitCode } = await runCommand(
      ['init', '--destination', 'klaviyo', '--yes', '--connect', '--url', url, '--json'],
      {
        cwd,
        env: {
          KLAVIYO_API_KEY_FILE: 'klaviyo-key',
          KLAVIYO_BASE_URL: env.KLAVIYO_BASE_URL,
          SUBTOTAL_API_KEY: subtotalKey,
          SUBTOTAL_BASE_URL: subtotal.url,
          PORT: String(port),
        },
      },
    )
    expect(exitCode).toBe(0)
    expect(initSchema.parse(JSON.parse(stdout))).toEqual({
      files: ['.env', 'relay.config.ts'],
      kept: [],
      checked: true,
      ok: true,
      connected: true,
      next: ['Start the relay: subtotal-relay start'],
    })
    expect(subtotal.webhooks).toMatchObject([{ url, isActive: true }])
    const dotEnv = await readFile(join(cwd, '.env'), 'utf8')
    expect(dotEnv).toContain('\nKLAVIYO_API_KEY_FILE=klaviyo-key\n')
    expect(dotEnv).toContain('\nSUBTOTAL_SIGNING_SECRET_FILE=data/subtotal-signing-secret\n')
    expect(dotEnv).not.toContain(apiKey)
  })

  test('a wrong key is told, and the files are there to be put right: exit code 1', async () => {
    const cwd = await emptyFolder()
    const { env } = await klaviyoSettings()
    const made = await runCommand(['init', '--destination', 'klaviyo', '--yes'], {
      cwd,
      env: { ...env, KLAVIYO_BASE_URL: 'http://127.0.0.1:1' },
    })
    expect(made).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('1. Put right what is named above') })
    expect(made.stdout).toContain('write its signing secret into .env: SUBTOTAL_SIGNING_SECRET=')
  })

  test('replaces nothing that is there; with --force it is kept under another name', async () => {
    const { env } = await klaviyoSettings()
    const cwd = await emptyFolder({ '.env': 'OLD=1\n', 'relay.config.mjs': 'old' })
    const args = ['init', '--destination', 'klaviyo', '--yes', '--no-check']
    expect(await runInProcess(args, { cwd, env })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'error: .env and relay.config.mjs are there already. Nothing was written. With --force what is there is kept under another name.\n',
    })
    expect(await readFile(join(cwd, '.env'), 'utf8')).toBe('OLD=1\n')
    const forced = await runInProcess([...args, '--force'], { cwd, env })
    expect(forced.exitCode).toBe(0)
    const [, oldEnv = ''] = /kept as (\.env\.before-init-\S+) and relay\.config\.mjs\.before-init-/.exec(forced.stdout) ?? []
    expect(await readFile(join(cwd, oldEnv), 'utf8')).toBe('OLD=1\n')
  })

  test.each([
    [[], {}, 2, 'nobody is at this terminal'],
    [['--yes'], {}, 2, 'give --destination'],
    [['--yes', '--destination', 'mailman'], {}, 2, 'one of braze, klaviyo, customerio'],
    [['--yes', '--destination', 'klaviyo'], {}, 1, 'KLAVIYO_API_KEY is not set'],
    [['--yes', '--destination', 'braze'], { BRAZE_API_KEY: 'key' }, 2, '--braze-instance'],
    [
      ['--yes', '--destination', 'customerio', '--identify-by', 'mobile'],
      { CUSTOMERIO_API_KEY: 'key' },
      2,
      'cannot identify by phone',
    ],
    [['--yes', '--destination', 'customerio', '--historical', 'no'], { CUSTOMERIO_API_KEY: 'key' }, 2, 'send, skip'],
    [['--yes', '--destination', 'customerio', '--connect'], { CUSTOMERIO_API_KEY: 'key' }, 1, 'SUBTOTAL_API_KEY'],
  ])('%j with %j is refused in a sentence, and nothing is written', async (args, env, exitCode, said) => {
    const cwd = await emptyFolder()
    const result = await runInProcess(['init', ...args], { cwd, env })
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(said) })
    expect(await runInProcess(['init', ...args], { cwd, env })).toEqual(result)
  })
})

describe('init at a terminal', () => {
  test('asks for what is not known, and shows no key', async () => {
    const cwd = await emptyFolder()
    const { env } = await klaviyoSettings()
    const person = talk({ cwd, env: { KLAVIYO_BASE_URL: env.KLAVIYO_BASE_URL } }, ['init', '--no-check'])
    await person.answer('Where are events to go?', '\u001b[B', ' ', '\r')
    await person.answer('Key of Klaviyo', '\r')
    await person.answer('It is needed.', ...apiKey, '\r')
    await person.answer('who a customer is?', '\u001b[B', '\r')
    await person.answer('Purchases from before', '\r')
    await person.answer('API key of Subtotal', '\r')
    await person.answer('Signing secret', ...secret, '\r')
    await person.answer('Where Subtotal reaches', ...'https://relay.example.com', '\r')
    const { exitCode, stdout } = await person.ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain('the webhook posts to: https://relay.example.com/webhooks/subtotal')
    expect(stdout).not.toContain(apiKey)
    expect(stdout).not.toContain(secret)
    const dotEnv = await readFile(join(cwd, '.env'), 'utf8')
    expect(dotEnv).toContain(`\nKLAVIYO_API_KEY=${apiKey}\n`)
    expect(dotEnv).toContain(`\nSUBTOTAL_SIGNING_SECRET=${secret}\n`)
    expect(await readFile(join(cwd, 'relay.config.ts'), 'utf8')).toContain("identifyBy: 'customerId',")
  })

  test('giving up writes nothing', async () => {
    const cwd = await emptyFolder()
    const person = talk({ cwd, env: {} }, ['init'])
    await person.answer('Where are events to go?', '\u0003')
    expect(await person.ended).toMatchObject({ exitCode: 1, stderr: 'error: ended before anything was written.\n' })
    await expect(stat(join(cwd, '.env'))).rejects.toThrow('ENOENT')
  })
})

const initSchema = z.strictObject({
  files: z.array(z.string()),
  kept: z.array(z.string()),
  checked: z.boolean(),
  ok: z.boolean(),
  connected: z.boolean().nullable(),
  next: z.array(z.string()),
})

/** A person at a terminal, who answers each question once it is asked. */
function talk({ cwd, env }: { cwd: string; env: Record<string, string> }, args: readonly string[]) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 })
  const stderr = new PassThrough()
  let shown = ''
  let read = 0
  stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
  })
  const stopSignal = () => new AbortController().signal
  const ended = runCli(args, { env: { ...env }, cwd, stdin, stdout, stderr, stopSignal }).then(
    (exitCode): CommandResult => ({ exitCode, stdout: shown, stderr: String(stderr.read() ?? '') }),
  )
  return {
    ended,
    async answer(question: string, ...keys: readonly string[]): Promise<void> {
      await expect.poll(() => shown.slice(read), { timeout: 20_000, interval: 10 }).toContain(question)
      read = shown.length
      for (const key of keys) {
        stdin.write(key)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
