import { parseArgs } from 'node:util'
import type { StoreKind } from './bench-stores.ts'

/** What a bench was told: `--store postgres`, by default SQLite, and the numbers beside it. */
export function chosenStore(): { readonly kind: StoreKind; readonly numbers: readonly number[] } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { store: { type: 'string', default: 'sqlite' } } })
  if (values.store !== 'sqlite' && values.store !== 'postgres') throw new Error('--store must be sqlite or postgres.')
  return { kind: values.store, numbers: positionals.map(Number) }
}
