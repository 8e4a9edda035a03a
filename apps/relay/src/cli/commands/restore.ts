import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `restore`. */
export function declareRestore({ program, context, ended }: Declaring): void {
  program
    .command('restore <file>')
    .description('put a backup in the place of the store, while no relay runs on it')
    .option('--force', 'move a store that is there aside, and keep it')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(['restore /backups/relay.db', 'where no store is'], ['restore /backups/relay.db --force', 'in the place of one']),
    )
    .action(async (file: string, options) => {
      const { restore } = await import('../restore-command.ts')
      ended(await restore(file, options, context))
    })
}
