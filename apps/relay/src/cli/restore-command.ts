import { systemClock } from '../clock/clock.ts'
import { restoreStore } from '../store/sqlite/restore-store.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { givenPath, storePath } from './store-path.ts'

/** `subtotal-relay restore <file>`: puts a backup in the place of the store, while no relay runs on it. */
export async function restore(file: string, options: { readonly force?: true }, context: CommandContext): Promise<ExitCode> {
  const path = storePath(context)
  const force = options.force === true
  const { events, movedTo } = restoreStore(givenPath(file, context), path, { force, now: systemClock.now() })
  context.stdout.write(`Restored ${events} events to ${path}.\n`)
  if (movedTo !== undefined) context.stdout.write(`The store that was there is now ${movedTo}.\n`)
  context.stderr.write('What was delivered after the backup was made is delivered again.\n')
  return 0
}
