import type { Declaring } from './declaring.ts'
import { remote } from './remote.ts'

const warning =
  '\nWhat stands on the command line is seen by whoever may list the processes of this machine, and is kept in the history of the shell: with - it\nis not.\n'

/** Declares `erase`. */
export function declareErase({ program, context, ended }: Declaring): void {
  const erase = program
    .command('erase')
    .description("erase a person's data; without --yes only says what would be erased")
    .option('--customer <id>', "the brand's own id of the customer; - reads it from the standard input")
    .option('--email <address>', 'email address; - reads it from the standard input')
    .option('--mobile <number>', 'phone number with its country: +15555550100; - reads it from the standard input')
    .option('--block', 'drop later events of the person on arrival')
    .option('--yes', 'do it; it cannot be undone')
    .option('--no-wait', 'do not stay until it is finished')
  const lines = [
    ['erase --customer 8a46e581', 'what there is of a customer'],
    ['erase --email - < address.txt', 'what there is of whoever has the address in a file'],
    ['erase --email robin@example.com --block --yes', 'erase it, and drop what comes later'],
  ] as const
  remote(erase, ...lines)
    .addHelpText('after', warning)
    .action(async (options) => {
      ended(await (await import('../admin/erase-command.ts')).erase(options, context))
    })
}
