// Packs every published package, checks it with publint and attw, installs it into an empty project and imports it there.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

const root = join(import.meta.dirname, '..')
const work = mkdtempSync(join(tmpdir(), 'check-packages-'))
const { packageManager }: { packageManager: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const run = (folder: string, command: string, args: readonly string[]) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const folders = ['packages', 'apps'].flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
const problems: string[] = []
const tarballs: Record<string, string> = {}
const entries: string[] = []

for (const folder of folders) {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (manifest.private === true) continue
  run(folder, 'npx', ['--yes', packageManager, 'pack', '--pack-destination', work])
  const file = readdirSync(work).find((name) => name.endsWith('.tgz') && !Object.values(tarballs).includes(join(work, name)))
  if (file === undefined) throw new Error(`${manifest.name} was not packed`)
  tarballs[manifest.name] = join(work, file)
  for (const entry of Object.keys(manifest.exports ?? {})) {
    if (entry !== './package.json') entries.push(`${manifest.name}${entry.slice(1)}`)
  }

  const data = readFileSync(join(work, file))
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true })
  problems.push(...messages.map((message) => `${manifest.name}: publint: ${formatMessage(message, pkg)}`))
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(data)))
  const ofNode16Esm =
    types.types === false
      ? []
      : types.problems.filter(
          (problem) =>
            !('resolutionKind' in problem) || problem.resolutionKind === 'node16-esm' || problem.resolutionKind === 'bundler',
        )
  if (types.types === false) problems.push(`${manifest.name}: attw: no types`)
  problems.push(
    ...ofNode16Esm.filter(({ kind }) => kind !== 'CJSResolvesToESM').map(({ kind }) => `${manifest.name}: attw: ${kind}`),
  )
}

const project = join(work, 'project')
const dependencies = Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`]))
run(work, 'mkdir', [project])
writeFileSync(
  join(project, 'package.json'),
  JSON.stringify({ private: true, type: 'module', dependencies: { ...dependencies, vitest: '^5.1.1' } }),
)
run(project, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
for (const entry of entries) {
  try {
    run(project, process.execPath, ['--input-type=module', '--eval', `await import('${entry}')`])
  } catch {
    problems.push(`${entry}: cannot be imported after an install`)
  }
}
rmSync(work, { recursive: true, force: true })

for (const problem of problems) console.error(problem)
console.log(`${Object.keys(tarballs).length} packages, ${entries.length} entries, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
