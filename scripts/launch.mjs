// Runs on Node 20 and newer: installs what the lock file asks for when it is not there yet, then starts the given program
// on the Node.js that the project pins. Usage: node scripts/launch.mjs [relay [arguments…]]
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = { relay: 'apps/relay/src/main.ts' }

function isInstalled() {
  const installed = join(root, 'node_modules/.pnpm/lock.yaml')
  if (!existsSync(installed) || !existsSync(join(root, 'node_modules/.bin/node'))) return false
  return readFileSync(installed, 'utf8') === readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const result = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? result.error}\nThe installation failed; see above.\n`)
    process.exit(1)
  }
}

if (!isInstalled()) {
  process.stderr.write('Installing dependencies (once, about a minute)…\n')
  install()
}

const [program, ...args] = process.argv.slice(2)
if (program !== undefined) {
  const child = spawn(
    join(root, 'node_modules/.bin/node'),
    ['--conditions=@subtotal-connectors/source', '--disable-warning=ExperimentalWarning', join(root, programs[program]), ...args],
    { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() },
  )
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
