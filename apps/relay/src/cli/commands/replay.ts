import { parseCount } from '../number-option.ts'
import type { Declaring } from './declaring.ts'
import { deliveryFilters, eventFilters, remote } from './remote.ts'

/** Declares `replay`. */
export function declareReplay({ program, context, ended }: Declaring): void {
  const replay = eventFilters(deliveryFilters(program.command('replay')))
    .description('make deliveries due again; without --yes only says what would be done')
    .option('--id <id>', 'one delivery')
    .option('--status <status>', 'dead, skipped or delivered (default: dead, unless one delivery or event is named)')
    .option('--events', 'search events instead, and make deliveries that are missing: for a destination added later')
    .option('--repeat-delivered', 'also send again what was delivered')
    .option('--limit <number>', 'refuse to replay more (default: 10000)', parseCount)
    .option('--yes', 'do it')
    .option('--no-wait', 'do not stay until everything is due')
  const lines = [
    ['replay', 'what a replay of all dead letters would do'],
    ['replay --destination braze --code ERR_MAPPING --yes', 'do it for these'],
    ['replay --events --destination klaviyo --yes', 'give a destination added later the past'],
  ] as const
  remote(replay, ...lines).action(async (options) => {
    ended(await (await import('../admin/replay-command.ts')).replay(options, context))
  })
}
