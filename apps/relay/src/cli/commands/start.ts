import type { Declaring } from './declaring.ts'
import { configOption, examples } from './declaring.ts'

/** Declares `start`. */
export function declareStart({ program, context, ended }: Declaring): void {
  program
    .command('start')
    .description('run the relay; SIGTERM or Ctrl-C ends it after what is in flight')
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['start', 'settings from the environment, .env and relay.config.ts'],
        ['PORT=0 start --config staging.config.ts', 'another configuration file, any free port'],
      ),
    )
    .action(async (options) => {
      const { start } = await import('../start-command.ts')
      ended(await start(options, context))
    })
}
