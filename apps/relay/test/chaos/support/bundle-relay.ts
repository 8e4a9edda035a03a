import { cpSync, mkdtempSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'
import { rolldown } from 'rolldown'
import { createHookClock } from './hook-clock.ts'
import { nameOf, original, wrapperSource } from './hook-source.ts'
import { createWrappers } from './hook-wrappers.ts'

/**
 * Puts the sources of the relay in that folder, and what they import, into a few files below `parent`; returns their `main.js`. It starts
 * in a third of the time: hundreds of modules are looked up once. The hook works in it as in the relay itself.
 */
export async function bundleRelay(relayFolder: string, parent: string): Promise<string> {
  const relay = realpathSync(relayFolder)
  const folder = mkdtempSync(join(parent, 'relay-'))
  cpSync(join(relay, 'package.json'), join(folder, 'package.json'))
  for (const name of ['node_modules', 'assets']) symlinkSync(join(relay, name), join(folder, name))
  const bundle = await rolldown({
    input: {
      main: join(relay, 'src/main.ts'),
      'store-thread': join(relay, 'src/store/sqlite/store-thread.ts'),
      'reader-thread': join(relay, 'src/store/sqlite/reader-thread.ts'),
    },
    platform: 'node',
    external: ['better-sqlite3', 'pg'],
    resolve: { conditionNames: ['@subtotal-connectors/source', 'node', 'import', 'default'] },
    plugins: [faultPoints(relay)],
    logLevel: 'silent',
  })
  // The relay looks for its package.json and its assets two folders up.
  const dir = join(folder, 'out/bundle')
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' })
  await bundle.close()
  return join(dir, 'main.js')
}

/** What the hook does to each module as it is loaded, done to those of the bundle as it is made. */
function faultPoints(relay: string): Plugin {
  const { wrappers } = createWrappers({
    report: () => undefined,
    reached: () => undefined,
    clock: createHookClock(0),
    isVirtual: true,
    leaseMs: 1,
    isNextVersion: true,
  })
  return {
    name: 'fault-points',
    resolveId: (source) => (source.endsWith(`?${original}`) ? source : null),
    load(id) {
      const [path = '', query] = id.split('?')
      if (query === original) return { code: readFileSync(path, 'utf8'), moduleType: 'ts' }
      const name = path.startsWith(relay) ? nameOf(path) : undefined
      const wrapper = name === undefined ? undefined : wrappers[name]
      return wrapper === undefined ? null : { code: wrapperSource(path, name ?? '', wrapper.exports), moduleType: 'js' }
    },
  }
}
