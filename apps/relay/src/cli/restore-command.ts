import { systemClock } from '../clock/clock.ts'
import { toIso } from '../http/to-iso.ts'
import type { LaterErasures } from '../store/sqlite/later-erasures.ts'
import { restoreStore } from '../store/sqlite/restore-store.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { givenPath, storePath } from './store-path.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** What `restore` can be told. */
export interface RestoreCommandOptions extends JsonOptions {
  /** Moves a store that is there aside. */
  readonly force?: true
}

/** `subtotal-relay restore <file>`: puts a backup in the place of the store, while no relay runs on it. */
export async function restore(file: string, options: RestoreCommandOptions, context: CommandContext): Promise<ExitCode> {
  const path = storePath(context)
  const force = options.force === true
  const { events, movedTo, later, keyIds } = restoreStore(givenPath(file, context), path, { force, now: systemClock.now() })
  const erasedSince = later.erasures.map(({ id, createdAt, finishedAt }) => ({
    id: String(id),
    createdAt: toIso(createdAt),
    finishedAt: toIso(finishedAt),
  }))
  if (options.json === true) writeJson({ store: path, events, movedTo: movedTo ?? null, erasedSince, keyIds }, context)
  else context.stdout.write(`Restored ${events} events to ${path}.\n`)
  if (movedTo !== undefined) context.stderr.write(`The store that was there is now ${movedTo}.\n`)
  context.stderr.write('What was delivered after the backup was made is delivered again.\n')
  if (keyIds.length > 0)
    context.stderr.write(`It is sealed: the relay needs key ${keyIds.join(' and ')} in RELAY_ENCRYPTION_KEY.\n`)
  context.stderr.write(describeLater(later))
  return 0
}

/** The relay cannot erase them again by itself: it has only hashes of who they were. */
function describeLater({ erasures, compared, unread }: LaterErasures): string {
  const again = 'Erase them again, by your own list of requests: the relay has only hashes of who they were.'
  const list = erasures.map(
    ({ id, createdAt, finishedAt }) =>
      `erasure ${id} (asked for ${toIso(createdAt)}, ${finishedAt === null ? 'not finished' : `finished ${toIso(finishedAt)}`})`,
  )
  const holds = `The backup is older than ${list.length} of the erasures and holds these people again: ${list.join(', ')}. ${again}\n`
  const unknown = unread.map(
    (path) => `${path} cannot be read: whether somebody was erased since the backup is not known. ${again}\n`,
  )
  const nothing = 'There is no other store to compare with. Erase again whoever was erased after the backup was made.\n'
  return [list.length > 0 ? holds : '', ...unknown, compared.length + unread.length === 0 ? nothing : ''].join('')
}
