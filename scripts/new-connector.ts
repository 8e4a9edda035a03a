// Writes packages/<name>: a connector to an invented vendor that passes every check, to be changed into a real one.
// Usage: npm run new:connector -- <name> [--title <title>]
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeConnector } from './write-connector.ts'

const root = join(import.meta.dirname, '..')
const usage = 'Usage: npm run new:connector -- <name> [--title <title>], for example my-vendor --title "My Vendor"'

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
}

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { title: { type: 'string' } } })
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) throw new Error(usage)
  writeConnector(root, { name, ...(values.title === undefined ? {} : { title: values.title }) })
  const { packageManager }: { packageManager: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  run('npx', ['--yes', packageManager, 'install', '--no-frozen-lockfile'])
  run(join(root, 'node_modules/.bin/biome'), ['check', '--write', `packages/${name}`])
  console.log(`packages/${name} is a working connector to an invented vendor.

  npm test -- packages/${name}    its tests and the conformance suite
  contributing/add-a-connector.md, from step 3: how to make it the vendor's`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
