import { backupStore } from '../store/sqlite/backup-store.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { givenPath, storePath } from './store-path.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** `subtotal-relay backup <file>`: copies the store, whether a relay runs on it or not. */
export async function backup(file: string, { json }: JsonOptions, context: CommandContext): Promise<ExitCode> {
  const target = givenPath(file, context)
  const { events, bytes, keyIds } = backupStore(storePath(context), target)
  if (json === true) writeJson({ file: target, events, bytes }, context)
  else context.stdout.write(`Backed up ${events} events to ${target} (${bytes} bytes).\n`)
  context.stderr.write("It holds people's data: keep it as safe as the store.\n")
  if (keyIds.length > 0) context.stderr.write(`It is sealed: whoever restores it needs key ${keyIds.join(' and ')}.\n`)
  return 0
}
