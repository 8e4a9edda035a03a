import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `backup`. */
export function declareBackup({ program, context, ended }: Declaring): void {
  program
    .command('backup <file>')
    .description('copy the store to a new file, whether a relay runs on it or not')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['backup /backups/relay.db', 'the store that RELAY_STORE names'],
        ['RELAY_STORE=sqlite:/data/relay.db backup relay.db', 'another one'],
      ),
    )
    .action(async (file: string, options) => {
      const { backup } = await import('../backup-command.ts')
      ended(await backup(file, options, context))
    })
}
