import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { writeConnector } from './write-connector.ts'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const run = promisify(execFile)

/** A repository with nothing in it but what a package needs to be checked. */
function emptyRepository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'new-connector-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  copyFileSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'))
  const { vcs: _, ...biome }: Record<string, unknown> = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(biome))
  return folder
}

/** The packages that the new one asks for, as an existing connector has them; that it asks for no others is checked. */
function linkDependencies(folder: string): void {
  const manifest: Record<string, Record<string, string>> = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] })) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(join(link, '..'), { recursive: true })
    symlinkSync(join(root, 'packages/klaviyo/node_modules', name), link)
  }
}

test.each([{ name: 'acme' }, { name: 'a-much-longer-vendor', title: 'A Much Longer Vendor & Sons' }])(
  'what is written for $name passes the formatter, the linter, the type-check, its tests and the conformance suite',
  async (names) => {
    const repository = emptyRepository()
    const folder = writeConnector(repository, names)
    linkDependencies(folder)
    await run(join(bin, 'biome'), ['check', '--write', folder], { cwd: repository })
    await run(join(bin, 'biome'), ['ci', folder], { cwd: repository })
    await run(join(bin, 'tsc'), [], { cwd: folder })
    const { stdout } = await run(join(bin, 'vitest'), ['run'], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } })
    expect(stdout).toMatch(/Test Files +2 passed \(2\)/)
  },
  180_000,
)

test('what is written can be tried in a relay, as the page for contributors says', async () => {
  const folder = writeConnector(emptyRepository(), { name: 'my-vendor' })
  linkDependencies(folder)
  const fromSource = '--conditions=@subtotal-connectors/source'

  const mock = spawn(process.execPath, [fromSource, join(folder, 'test/try-in-relay.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(mock, 'exit')
  onTestFinished(() => void mock.kill('SIGKILL'))
  const [line]: string[] = await once(createInterface(mock.stdout), 'line')
  const settings = /^export (MY_VENDOR_API_KEY)=(\S+) (MY_VENDOR_BASE_URL)=(\S+)$/.exec(line ?? '')?.slice(1) ?? []
  const [keyName = '', key, urlName = '', url] = settings

  const relay = [fromSource, join(root, 'apps/relay/src/main.ts')]
  const config = ['--config', join(folder, 'test/relay.config.ts')]
  const options = { cwd: folder, env: { ...process.env, [keyName]: key, [urlName]: url, NO_COLOR: '1' } }
  const check = await run(process.execPath, [...relay, 'check', ...config], options)
  expect(check.stdout).toContain('my-vendor: ok')
  const preview = await run(process.execPath, [...relay, 'preview', join(root, 'contributing/purchase.json'), ...config], options)
  expect(preview.stdout).toContain(`POST ${url}/v1/events`)
  expect(preview.stdout).toContain('"email": "robin.ashdown@shoppers.example"')

  mock.kill('SIGINT')
  expect(await exited).toStrictEqual([0, null])
}, 60_000)

test('no placeholder is left, in names or in texts', () => {
  const folder = writeConnector(emptyRepository(), { name: 'my-vendor' })
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name)).toContain('mock-my-vendor.ts')
  for (const { parentPath, name } of files) {
    expect(name).not.toMatch(/[{}]|template/)
    expect(readFileSync(join(parentPath, name), 'utf8')).not.toMatch(/\{\{|\}\}/)
  }
})

test.each([['Acme'], ['../acme'], ['acme_1'], ['-acme'], ['']])('the name "%s" is refused', (name) => {
  const repository = emptyRepository()
  expect(() => writeConnector(repository, { name })).toThrow('is no name')
  expect(readdirSync(repository)).not.toContain('packages')
})

test('a title that would end a string is refused', () => {
  expect(() => writeConnector(emptyRepository(), { name: 'acme', title: "Acme'" })).toThrow('is no title')
})

test('a folder that exists is left alone', () => {
  const repository = emptyRepository()
  writeConnector(repository, { name: 'acme' })
  expect(() => writeConnector(repository, { name: 'acme' })).toThrow('packages/acme exists already')
})
