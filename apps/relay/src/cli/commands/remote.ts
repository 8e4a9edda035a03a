import type { Command } from 'commander'
import { parseCount } from '../number-option.ts'
import { UsageError } from '../usage-error.ts'
import { examples, jsonOption } from './declaring.ts'

const said =
  '\nThe relay: RELAY_URL, or --url. The token is never an argument: RELAY_ADMIN_TOKEN, from the environment, .env, or a file.\n'

/** Gives a command what every one that speaks to a running relay has. */
export function remote(command: Command, ...lines: readonly (readonly [line: string, says: string])[]): Command {
  return command
    .option('--url <url>', 'the relay (default: RELAY_URL, or http://127.0.0.1:<PORT or 8080>)')
    .option(...jsonOption)
    .addHelpText('after', examples(...lines).concat(said))
}

/** Gives a list its pages. */
export function paged(command: Command): Command {
  return command
    .option('--limit <number>', 'how many, at most 500 (default: 50)', parseCount)
    .option('--cursor <cursor>', 'the next page, as told by the one before')
}

/** The list that a group of commands shows when none of them is named. A mistyped name is told, with those there are. */
export function listOf(group: Command): Command {
  return paged(group.command('list', { isDefault: true }))
    .allowExcessArguments()
    .hook('preAction', (_list, { args: [mistyped] }) => {
      if (mistyped === undefined) return
      const names = group.commands.map((command) => command.name()).join(', ')
      throw new UsageError(`there is no "${group.name()} ${mistyped}". There is ${names}.`)
    })
}

/** The filters of deliveries by what became of them. */
export function deliveryFilters(command: Command): Command {
  return command
    .option('--destination <name>', 'destination')
    .option('--code <code>', 'error code: ERR_REJECTED, …')
    .option('--event <id>', 'event')
}

/** The filters of what is about events, and of the deliveries of events. */
export function eventFilters(command: Command): Command {
  return command
    .option('--customer <id>', "the brand's own id of the customer")
    .option('--person <id>', 'the opaque id of a person, from an address of the console')
    .option('--purchase <id>', 'purchase')
    .option('--connection <id>', 'connection')
    .option('--type <type>', 'type of the event: purchase.created, account.connected, …')
    .option('--retailer <id>', 'retailer')
    .option('--since <time>', 'received on or after it: 2026-01-31, or a time')
    .option('--until <time>', 'received on or before it')
}

/** The filters by what is only a person's own. */
export function personFilters(command: Command): Command {
  return command
    .option(
      '--email <address>',
      'email address of the customer; - reads it from the standard input; it is on record that you looked',
    )
    .option('--mobile <number>', 'phone number with its country: +15555550100; - reads it from the standard input')
}

/** The option of what other operators will ask about. */
export const reasonOption = ['--reason <text>', "why, for other operators; no person's data"] as const
