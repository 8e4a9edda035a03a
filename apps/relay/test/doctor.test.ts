import { chmod, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createMockKlaviyo, createMockSubtotal, revokedKlaviyoKey } from '@subtotal-connectors/testing/mocks'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { parseEncryptionKeys } from '../src/encryption/encryption-keys.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { createFolder, runCommand } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import { seedStore } from './support/seed-store.ts'
import { signingSecret, startRelay } from './support/start-relay.ts'

// A child process loads every module anew.
vi.setConfig({ testTimeout: 60_000 })

const apiKey = 'pk_test_0123456789abcdef'
const secret = 'whsec_dGVzdC1zaWduaW5nLXNlY3JldA=='

/** What `doctor --json` prints, as docs/command-line.md has it. */
const doctorSchema = z.strictObject({
  ok: z.boolean(),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      status: z.enum(['ok', 'warn', 'fail']),
      message: z.string(),
      remedy: z.string().nullable(),
    }),
  ),
})

async function emptyFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await createFolder(files)
  onTestFinished(() => folder.remove())
  return folder.path
}

async function klaviyoUrl(): Promise<string> {
  const klaviyo = await createMockKlaviyo()
  onTestFinished(async () => {
    expect(klaviyo.accepted).toEqual([])
    await klaviyo.close()
  })
  return klaviyo.url
}

/** The findings as `status check: message`, and the exit code. */
async function examine(env: Readonly<Record<string, string>>, cwd: string, ...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runInProcess(['doctor', '--json', ...args], {
    cwd,
    env: { RELAY_URL: 'http://127.0.0.1:1', ...env },
  })
  const { ok, findings } = doctorSchema.parse(JSON.parse(stdout))
  expect(stdout + stderr).not.toContain(secret)
  return { exitCode, ok, lines: findings.map(({ check, status, message }) => `${status} ${check}: ${message}`), findings }
}

describe('doctor', () => {
  test('finds nothing to put right in a good set-up, makes nothing, and exits 0', async () => {
    const subtotal = await createMockSubtotal({ apiKey: 'subtotal-key-0123456789-of-the-tests' })
    onTestFinished(() => subtotal.close())
    const settings = {
      KLAVIYO_API_KEY: apiKey,
      KLAVIYO_BASE_URL: await klaviyoUrl(),
      SUBTOTAL_API_KEY: 'subtotal-key-0123456789-of-the-tests',
      SUBTOTAL_BASE_URL: subtotal.url,
      SUBTOTAL_SIGNING_SECRET: secret,
      RELAY_ADMIN_TOKEN: 'admin-token-of-the-tests',
      RELAY_URL: 'http://127.0.0.1:1',
    }
    const cwd = await emptyFolder({
      '.env': Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    })
    await chmod(join(cwd, '.env'), 0o600)
    const result = await runCommand(['doctor'], { cwd })
    expect(result).toMatchObject({ exitCode: 0, stderr: '' })
    for (const check of [
      'node',
      'configuration',
      'signing secret',
      'tokens',
      'disk',
      'store',
      'clock',
      'klaviyo',
      'subtotal',
      'relay',
    ]) {
      expect(result.stdout).toMatch(new RegExp(`^ok    ${check} `, 'm'))
    }
    expect(result.stdout).not.toMatch(/^fail/m)
    expect(result.stdout).not.toContain(secret)
    expect(result.stdout).not.toContain(apiKey)
    expect(await readdir(cwd)).toEqual(['.env'])
    expect(subtotal.webhooks).toEqual([])
  })

  test('names what is missing: secret, destination', async () => {
    const { exitCode, ok, lines } = await examine({}, await emptyFolder())
    expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false })
    expect(lines).toContain('fail signing secret: There is none, so no webhook can be verified.')
    expect(lines).toContainEqual(expect.stringContaining('fail configuration: No destination is configured.'))
    expect(lines).toContainEqual(expect.stringContaining('warn tokens: Without RELAY_ADMIN_TOKEN'))
  })

  test.each([
    ['whsec_…', 'placeholder'],
    ['"quoted-secret-of-length"', 'placeholder'],
    ['whsec_dGVz', 'shorter than 16'],
    ['admin-token-of-the-tests', 'a token of the relay'],
  ])('the signing secret %s is not plausible', async (wrong, said) => {
    const { lines, exitCode, findings } = await examine(
      { SUBTOTAL_SIGNING_SECRET: wrong, RELAY_ADMIN_TOKEN: 'admin-token-of-the-tests' },
      await emptyFolder(),
    )
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^fail signing secret: .*${said}`)))
    expect(exitCode).toBe(1)
    expect(
      findings
        .filter(({ check }) => check === 'signing secret')
        .map(({ message }) => message)
        .join(),
    ).not.toContain(wrong)
  })

  test('tells a key that is not known from a host that cannot be reached', async () => {
    const url = await klaviyoUrl()
    const wrong = await examine({ KLAVIYO_API_KEY: revokedKlaviyoKey, KLAVIYO_BASE_URL: url }, await emptyFolder())
    expect(wrong.lines).toContain(`ok klaviyo: ${url} answers.`)
    expect(wrong.lines).toContainEqual(expect.stringMatching(/^fail klaviyo: .*key/))
    const gone = await examine({ KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: 'http://127.0.0.1:1' }, await emptyFolder())
    expect(gone.lines.filter((line) => line.includes('klaviyo:'))).toEqual([
      'fail klaviyo: 127.0.0.1:1 cannot be reached (ECONNREFUSED).',
    ])
  })

  test.each([
    [45_000, 'warn clock: The clock is 45 s slow.'],
    [-7_200_000, 'fail clock: The clock is 7200 s fast: times of events and signatures are wrong.'],
  ])('a clock that is %i ms behind that of a destination is told', async (aheadMs, said) => {
    const server = createServer((_request, response) => {
      response.writeHead(404, { date: new Date(Date.now() + aheadMs).toUTCString() }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { lines } = await examine(
      { KLAVIYO_API_KEY: apiKey, KLAVIYO_BASE_URL: `http://127.0.0.1:${port}` },
      await emptyFolder(),
    )
    expect(lines.map((line) => line.replace(/(\d+) s/, (_, seconds) => `${Math.round(Number(seconds) / 5) * 5} s`))).toContain(
      said,
    )
  })

  test('reads the store without changing it: what is damaged, and who may look', async () => {
    const cwd = await emptyFolder({ 'other.db': 'x'.repeat(4096) })
    const damaged = await examine({ RELAY_STORE: 'sqlite:other.db' }, cwd)
    expect(damaged.lines).toContainEqual(expect.stringMatching(/^fail store: .*not an SQLite database/))
    const store = await seedStore({ count: 3, destinations: ['one'], status: 'pending' })
    const good = await examine({ RELAY_STORE: store }, cwd)
    expect(good.lines).toContainEqual(expect.stringMatching(/^ok store: .* is whole: 3 events\.$/))
    expect(good.lines).toContain('ok store: No relay has it open.')
    await chmod(store.replace('sqlite:', ''), 0o644)
    const open = await examine({ RELAY_STORE: store }, cwd)
    expect(open.lines).toContainEqual(expect.stringMatching(/^warn store: Other users of this machine may look into .*relay\.db/))
    expect(open.findings.map(({ remedy }) => remedy)).toContainEqual(expect.stringMatching(/^chmod 600 .*relay\.db$/))
  })

  test('tells a sealed store whose key is not set', async () => {
    const key = 'ab'.repeat(32)
    const path = join(await emptyFolder(), 'relay.db')
    await (await openSqliteStore(path, Date.now(), { encryption: parseEncryptionKeys(key) })).close()
    const settings = { RELAY_STORE: `sqlite:${path}` }
    const other = await examine({ ...settings, RELAY_ENCRYPTION_KEY: 'cd'.repeat(32) }, await emptyFolder())
    expect(other.lines).toContainEqual(
      expect.stringMatching(/^fail store: It is sealed with key [0-9a-f]{16}, which is not set\.$/),
    )
    const same = await examine({ ...settings, RELAY_ENCRYPTION_KEY: key }, await emptyFolder())
    expect(same.lines).toContain('ok store: The keys that it is sealed with are set.')
    expect([...other.lines, ...same.lines].join()).not.toContain(key)
  })

  test('names files with secrets that others may read', async () => {
    const cwd = await emptyFolder({ '.env': 'PORT=0\n', key: apiKey })
    await chmod(join(cwd, '.env'), 0o600)
    await chmod(join(cwd, 'key'), 0o640)
    const { lines } = await examine({ KLAVIYO_API_KEY_FILE: 'key' }, cwd)
    expect(lines.filter((line) => line.includes('secret files'))).toEqual([
      `warn secret files: Other users of this machine may read ${join(cwd, 'key')}, which holds secrets.`,
    ])
  })

  test('looks at the relay that runs, its lanes, and whether it knows the secret', async () => {
    const cwd = await emptyFolder()
    const relay = await startRelay()
    const around = { RELAY_URL: relay.url, SUBTOTAL_SIGNING_SECRET: signingSecret }
    const url = `${relay.url}/webhooks/subtotal`
    expect((await examine(around, cwd, '--url', url)).lines).toEqual(
      expect.arrayContaining([
        `ok relay: One runs at ${relay.url} and takes webhooks.`,
        `ok webhook url: A relay answers at ${url} and knows the signing secret.`,
      ]),
    )
    await relay.write('/api/v1/destinations/scripted/pause', {})
    await relay.post('not json')
    const later = await examine({ ...around, SUBTOTAL_SIGNING_SECRET: 'whsec_another-secret-of-the-tests' }, cwd, '--url', url)
    expect(later.lines).toEqual(
      expect.arrayContaining([
        'warn relay: Its lane scripted is paused (paused by an operator).',
        'warn relay: 1 webhooks were not understood.',
        `fail webhook url: The relay at ${url} does not know the signing secret that is set here.`,
      ]),
    )
    expect((await relay.get('/api/v1/stats')).json['events']).toBe(0)
  })

  test('something else on the port, and a webhook that is not https', async () => {
    const server = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const other = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const { lines } = await examine({ RELAY_URL: other }, await emptyFolder(), '--url', 'http://relay.example.com')
    expect(lines).toContain(`fail relay: What answers at ${other} is no relay.`)
    expect(lines).toContainEqual(expect.stringMatching(/^fail webhook url: .* is not https/))
  })

  test('a configuration file that cannot be loaded is told', async () => {
    const cwd = await emptyFolder()
    await writeFile(join(cwd, 'broken.config.mjs'), 'export default 1')
    const { lines } = await examine({}, cwd, '--config', 'broken.config.mjs')
    expect(lines).toContainEqual(expect.stringMatching(/^fail configuration: broken\.config\.mjs: its default export/))
  })
})
