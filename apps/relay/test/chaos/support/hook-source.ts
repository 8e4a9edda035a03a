import type { Wrapped } from './hook-wrappers.ts'

/** Where a preloaded hook puts its wrappers, by the name of the module. */
export const registry: unique symbol = Symbol.for('relay-chaos')

/** The query that the true module of a wrapped one is imported with. */
export const original = 'chaos-original'

/** A module's path in the relay's source, without its extension. */
export function nameOf(url: string): string | undefined {
  return /\/(?:dist|src)\/([\w/-]+)\.[jt]s(?:\?|$)/.exec(url)?.[1]
}

/** A module that passes on everything of the true one but the functions that the hook wraps. Without a hook it passes on all. */
export function wrapperSource(url: string, name: string, exports: Wrapped['exports']): string {
  const target = JSON.stringify(`${url}?${original}`)
  const lines = exports.map((one) => `export const ${one} = wrapped.${one}`)
  return [
    `import * as original from ${target}`,
    `export * from ${target}`,
    `const wrapped = globalThis[Symbol.for('relay-chaos')]?.[${JSON.stringify(name)}].wrap(original) ?? original`,
    ...lines,
  ].join('\n')
}
