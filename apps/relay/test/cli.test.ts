import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createMockKlaviyo, createWebhookGenerator } from '@subtotal-connectors/testing/mocks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createFolder, runCommand, startCommand } from './run-command.ts'

// A child process loads every module anew.
vi.setConfig({ testTimeout: 90_000 })

const secret = 'whsec_dGVzdC1zaWduaW5nLXNlY3JldA=='
const apiKey = 'pk_test_0123456789abcdef'

let folder: Awaited<ReturnType<typeof createFolder>>
let cwd: string

beforeAll(async () => {
  folder = await createFolder({ 'webhook.json': createWebhookGenerator().next().body })
  cwd = folder.path
})

afterAll(() => folder.remove())

describe('the process', () => {
  test('prints the version of the package', async () => {
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))
    expect(await runCommand(['--version'], { cwd })).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('ends with 2 after wrong use, said on stderr alone', async () => {
    const result = await runCommand(['strat'], { cwd })
    expect(result).toMatchObject({ exitCode: 2, stdout: '' })
    expect(result.stderr).toContain('Did you mean start?')
  })

  test('an old Node.js is refused in a sentence', async () => {
    const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.1' } })"
    const result = await runCommand(['--version'], {
      cwd,
      nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`],
    })
    expect(result).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: subtotal-relay needs Node.js 22.18 or newer; this is 22.17.1.\n',
    })
  })

  test('colours only where colour is wanted', async () => {
    const klaviyo = await createMockKlaviyo()
    const env = { KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: klaviyo.url }
    try {
      expect((await runCommand(['check'], { cwd, env: { ...env, FORCE_COLOR: '1' } })).stdout).toContain('\u001b[')
      expect((await runCommand(['check'], { cwd, env: { ...env, NO_COLOR: '1' } })).stdout).not.toContain('\u001b[')
    } finally {
      await klaviyo.close()
    }
  })
})

describe('start and send', () => {
  test('a relay takes what send signs, refuses another secret, and ends cleanly on SIGTERM', async () => {
    const klaviyo = await createMockKlaviyo()
    const store = await createFolder()
    const env = { SUBTOTAL_SIGNING_SECRET: secret, KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: klaviyo.url }
    const relay = startCommand(['start'], { cwd: store.path, env: { ...env, PORT: '0' } })
    try {
      const first = z.object({ msg: z.literal('listening'), url: z.string() }).parse(JSON.parse(await relay.line(/./)))

      const made = await runCommand(['send', '--generate', '--count', '30'], { cwd, env: { ...env, RELAY_URL: first.url } })
      expect(made).toMatchObject({ exitCode: 0, stderr: '' })
      expect(made.stdout).toMatch(/^Sent 30 in .*\n {2}30 stored\n$/)

      const file = await runCommand(['send', 'webhook.json', 'webhook.json', '--url', first.url], { cwd, env })
      expect(file.exitCode).toBe(0)
      expect(file.stdout).toContain('1 stored')
      expect(file.stdout).toContain('1 duplicate')

      const wrong = await runCommand(['send', 'webhook.json', '--url', first.url], {
        cwd,
        env: { SUBTOTAL_SIGNING_SECRET: 'other' },
      })
      expect(wrong.exitCode).toBe(1)
      expect(wrong.stdout).toContain('1 refused with 401')
    } finally {
      relay.kill('SIGTERM')
      const { exitCode, stderr } = await relay.ended
      await Promise.all([klaviyo.close(), store.remove()])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    }
  })

  test('a port in use is told in a sentence', async () => {
    const store = await createFolder()
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = z.object({ port: z.number() }).parse(taken.address())
    try {
      const env = { SUBTOTAL_SIGNING_SECRET: secret, KLAVIYO_API_KEY: apiKey, PORT: String(address.port) }
      const result = await runCommand(['start'], { cwd: store.path, env })
      expect(result.exitCode).toBe(1)
      expect(result.stderr).toMatch(new RegExp(`^error: .*${address.port}.*in use.*PORT`))
      expect(result.stderr).not.toContain('    at ')
    } finally {
      taken.close()
      await store.remove()
    }
  })
})

describe('demo', () => {
  test('--once proves that every destination has every event, whatever the settings around it, and leaves nothing behind', async () => {
    const surroundings = await createFolder({
      '.env': 'RELAY_STORE=postgres://db.example.com/relay\nBRAZE_API_KEY=real-braze-key\n',
      'relay.config.ts': "throw new Error('the demo has read relay.config.ts')\n",
    })
    const temporary = await createFolder()
    const env = {
      TMPDIR: temporary.path,
      PORT: '1',
      HOST: 'relay.example.com',
      LOG_LEVEL: 'nonsense',
      RELAY_STORE: 'sqlite:./real.db',
      SUBTOTAL_API_KEY: 'real-subtotal-key',
      KLAVIYO_API_KEY: apiKey,
      CUSTOMERIO_REGION: 'nowhere',
      HTTP_PROXY: 'http://127.0.0.1:1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      NODE_USE_ENV_PROXY: '1',
    }
    try {
      const result = await runCommand(['demo', '--once', '--count', '60', '--rate', '200'], { cwd: surroundings.path, env })
      expect(result).toMatchObject({ exitCode: 0, stderr: '' })
      expect(result.stdout).toMatch(
        /^The relay listens on http:\/\/127\.0\.0\.1:\d+ and gets 60 webhooks, 200 a second, from a mock Subtotal\n/,
      )
      expect(result.stdout).toContain('nothing leaves this machine')
      expect(result.stdout).toMatch(
        /customers +linked [1-9]\d* +bought [1-9]\d* +lost their login [1-9]\d* +logged in again [1-9]/,
      )
      for (const name of ['braze', 'klaviyo', 'customerio']) {
        expect(result.stdout).toContain(`  ${name}: all 60 events arrived; 0 missing, 0 extra\n`)
      }
      expect((await readdir(surroundings.path)).toSorted()).toEqual(['.env', 'relay.config.ts'])
      expect(await readdir(temporary.path)).toEqual([])
    } finally {
      await Promise.all([surroundings.remove(), temporary.remove()])
    }
  })

  test('Ctrl-C ends it with the summary and exit code 0', async () => {
    const temporary = await createFolder()
    const demo = startCommand(['demo', '--rate', '50'], { cwd, env: { TMPDIR: temporary.path } })
    try {
      await demo.line(/^The relay listens on/)
      demo.kill('SIGINT')
      const result = await demo.ended
      expect(result).toMatchObject({ exitCode: 0, stderr: '' })
      expect(result.stdout).toMatch(/destination +delivered +waiting +retried +dead/)
      expect(result.stdout).toContain('Ended.')
      expect(await readdir(temporary.path)).toEqual([])
    } finally {
      await temporary.remove()
    }
  })
})
