import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createSubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, runCommand, startCommand } from './run-command.ts'

const root = new URL('../../../', import.meta.url)
const heading = '## From a Subtotal account to the first event in Klaviyo'
const subtotalKey = 'subtotal-key-0123456789-of-the-tests'

/** The commands of the README's section, without comments. */
async function documentedCommands(): Promise<readonly string[]> {
  const section = (await readFile(new URL('README.md', root), 'utf8')).split(heading)[1] ?? ''
  const block = /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? ''
  return block.split('\n').flatMap((line) => line.replace(/\s+#.*$/, '').trim() || [])
}

async function startSubtotal(): Promise<string> {
  const script = new URL('support/subtotal-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=@subtotal-connectors/source', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.stdin.end()
    await once(child, 'close')
  })
  const [line] = await once(child.stdout, 'data')
  return String(line).trim()
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('the README leads from a Subtotal account to the first event in Klaviyo', async () => {
  const [subtotalUrl, klaviyo, folder, port] = await Promise.all([
    startSubtotal(),
    createMockKlaviyo(),
    createFolder(),
    freePort(),
  ])
  onTestFinished(async () => {
    await klaviyo.close()
    await folder.remove()
  })
  const cwd = folder.path
  const [copy, ...commands] = await documentedCommands()
  expect(copy).toBe('cp .env.example .env')
  const example = await readFile(new URL('.env.example', root), 'utf8')
  const settings = example
    .replace('\nSUBTOTAL_API_KEY=\n', `\nSUBTOTAL_API_KEY=${subtotalKey}\n`)
    .replace('\nKLAVIYO_API_KEY=\n', '\nKLAVIYO_API_KEY=pk_test\n')
  // Where the mocks are; all else is as the README has it.
  await writeFile(
    join(cwd, '.env'),
    `${settings}SUBTOTAL_BASE_URL=${subtotalUrl}\nKLAVIYO_BASE_URL=${klaviyo.url}\nPORT=${port}\n`,
  )
  const args = commands.map((command) =>
    command
      .replace(/^npm run relay -- /, '')
      .replace('https://relay.example.com', `http://127.0.0.1:${port}`)
      .split(' '),
  )
  expect(args.map(([name]) => name)).toStrictEqual(['check', 'connect', 'start'])
  const [check = [], connect = [], start = []] = args

  const checked = await runCommand(check, { cwd })
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Walmart (walmart)') })
  const connected = await runCommand(connect, { cwd })
  expect(connected).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Subtotal is connected') })
  expect(klaviyo.accepted).toHaveLength(0)
  const relay = startCommand(start, { cwd })
  await relay.line(/"msg":"listening"/)

  const api = createSubtotalApi({ apiKey: subtotalKey, baseUrl: subtotalUrl })
  const { id } = await api.simulated.createConnection({
    customerId: 'customer-1',
    retailer: 'walmart',
    email: 'robin@shoppers.example',
    includePurchases: false,
  })
  const purchase = await api.simulated.createPurchase(id)
  await expect
    .poll(() => klaviyo.accepted.map(({ metric }) => metric).sort((one, other) => one.localeCompare(other)), { timeout: 20_000 })
    .toStrictEqual(['Connected an Account', 'Purchased at Retailer'])
  const bought = klaviyo.accepted.find(({ metric }) => metric === 'Purchased at Retailer')
  expect(bought).toMatchObject({ uniqueId: `purchase.created:${purchase.id}` })

  expect(await runCommand(['events'], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Walmart (walmart)'),
  })

  const quiet = await runCommand(
    connect.filter((arg) => arg !== '--simulated'),
    { cwd },
  )
  expect(quiet.exitCode).toBe(0)
  expect(await api.webhooks.list()).toMatchObject([{ isActive: true, receivesSimulatedEvents: false }])
  api.close()
  relay.kill('SIGTERM')
  expect((await relay.ended).exitCode).toBe(0)
}, 90_000)
