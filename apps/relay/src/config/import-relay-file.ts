import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

/**
 * Imports a `relay.config.ts`. What it imports of `@subtotal-connectors` is taken from where it lies and, where nothing is installed there,
 * from beside this relay; so a folder that holds nothing but the file will do. TypeScript is read as an ES module whatever `package.json` says:
 * the file has a default export.
 */
export async function importRelayFile(path: string): Promise<unknown> {
  const { href } = pathToFileURL(path)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === href && href.endsWith('.ts')) return { ...next(specifier, context), format: 'module-typescript' }
      if (!specifier.startsWith('@subtotal-connectors/')) return next(specifier, context)
      try {
        return next(specifier, context)
      } catch {
        return next(specifier, { ...context, parentURL: import.meta.url })
      }
    },
  })
  try {
    const module: unknown = await import(href)
    return module
  } finally {
    hooks.deregister()
  }
}
