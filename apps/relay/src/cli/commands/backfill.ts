import type { Declaring } from './declaring.ts'
import { remote } from './remote.ts'

/** Declares `backfill`. */
export function declareBackfill({ program, context, ended }: Declaring): void {
  const backfill = program
    .command('backfill')
    .description("read purchases from Subtotal's API and deliver those that are not known")
    .option('--customer <id>', "all connections of a customer, by the brand's own id")
    .option('--connection <id>', 'one connection')
    .option('--from-file <file>', 'a CSV file with a column connection_id')
    .option('--missed', 'the connections the relay knows, since webhooks stayed away for longer than Subtotal retries')
    .option('--since <time>', 'only purchases made on or after it: 2026-01-31, or a time')
    .option('--until <time>', 'only purchases made on or before it')
    .option('--destination <name...>', 'deliver only to these')
    .option('--dry-run', 'only count')
    .option('--no-wait', 'do not stay until it has ended')
  const lines = [
    ['backfill --customer 8a46e581 --dry-run', 'what is there, and how much of it is new'],
    ['backfill --from-file connections.csv --since 2026-01-01', 'many connections'],
    ['backfill --missed', 'after the relay was away for long'],
  ] as const
  remote(backfill, ...lines).action(async (options) => {
    ended(await (await import('../admin/backfill-command.ts')).backfill(options, context))
  })
}
