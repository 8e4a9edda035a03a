import { backupStore } from '../store/sqlite/backup-store.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { givenPath, storePath } from './store-path.ts'

/** `subtotal-relay backup <file>`: copies the store, whether a relay runs on it or not. */
export async function backup(file: string, context: CommandContext): Promise<ExitCode> {
  const target = givenPath(file, context)
  const { events, bytes } = backupStore(storePath(context), target)
  context.stdout.write(`Backed up ${events} events to ${target} (${bytes} bytes).\n`)
  context.stderr.write("It holds people's data: keep it as safe as the store.\n")
  return 0
}
