import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `migrate`. */
export function declareMigrate({ program, context, ended }: Declaring): void {
  program
    .command('migrate')
    .description("bring a PostgreSQL store's schema up to date, or move an SQLite store to it")
    .option('--print', 'only print the SQL: what the store lacks, or all where none is named')
    .option('--from <store>', 'move this store, as sqlite:<path>')
    .option('--to <store>', 'instead of what RELAY_STORE names')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['migrate --print', 'the whole schema, for a database administrator'],
        ['migrate --print --to postgres://…', 'what is pending there; changes nothing'],
        ['RELAY_STORE=postgres://… migrate', 'before the relays of a new version start'],
        [
          'RELAY_STORE=postgres://… migrate --from sqlite:./data/relay.db',
          'while the old relay runs; then stop it, and run the same again',
        ],
      ),
    )
    .action(async (options) => {
      const { migrate } = await import('../migrate-command.ts')
      ended(await migrate(options, context))
    })
}
