import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { parseCount } from '../number-option.ts'

type Ended = (exitCode: ExitCode) => void

const said =
  '\nThe relay: RELAY_URL, or --url. The token is never an argument: RELAY_ADMIN_TOKEN, from the environment, .env, or a file.\n'

/** Adds the commands that speak to a running relay. */
export function addAdminCommands(program: Command, context: CommandContext, ended: Ended): void {
  addLists(program, context, ended)
  addReplay(program, context, ended)
  addBackfill(program, context, ended)
  addErase(program, context, ended)
  addQuarantine(program, context, ended)
  addChanges(program, context, ended)
}

function remote(command: Command, ...examples: readonly (readonly [command: string, says: string])[]): Command {
  const lines = examples.map(([line, says]) => `  $ subtotal-relay ${line}\n      ${says}`)
  return command
    .option('--url <url>', 'the relay (default: RELAY_URL, or http://127.0.0.1:<PORT or 8080>)')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}\n${said}`)
}

function paged(command: Command): Command {
  return command
    .option('--limit <number>', 'how many, at most 500 (default: 50)', parseCount)
    .option('--cursor <cursor>', 'the next page, as told by the one before')
}

function addLists(program: Command, context: CommandContext, ended: Ended): void {
  const stats = program.command('stats').description('how many events there are, and how each destination is doing')
  remote(stats, ['stats', 'lanes with their reason, counts, the oldest due delivery']).action(async (options) => {
    ended(await (await import('./stats-command.ts')).stats(options, context))
  })

  const events = paged(program.command('events [id]'))
    .description('list events, or show one with its deliveries and their failed attempts')
    .option('--customer <id>', "the brand's own id of the customer")
    .option('--connection <id>', 'connection')
    .option('--retailer <id>', 'retailer')
    .option('--type <type>', 'purchase.created, account.connected, …')
    .option('--reveal', "show people's data; it is on record")
  const examples = [
    ['events --type purchase.created --limit 10', 'the newest ten purchases'],
    ['events 01KFJSR44CPH867805V8GJ9VCY', 'what became of one event'],
  ] as const
  remote(events, ...examples).action(async (id: string | undefined, options) => {
    const { list, show } = await import('./list-commands.ts')
    ended(
      await (id === undefined ? list('events', options, context) : show(`/events/${encodeURIComponent(id)}`, options, context)),
    )
  })

  const deliveries = deliveryFilters(paged(program.command('deliveries')))
    .description('list deliveries')
    .option('--status <status>', 'pending, delivered, skipped or dead')
  remote(deliveries, ['deliveries --status pending --destination braze', 'what waits for Braze']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).list('deliveries', options, context))
  })

  const dead = deliveryFilters(paged(program.command('deadletters'))).description('count dead letters by code, and list them')
  remote(dead, ['deadletters --destination klaviyo', 'those of one destination']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).deadLetters(options, context))
  })

  const replays = paged(program.command('replays')).description('list replays')
  remote(replays, ['replays', 'who asked for one, and how far it is']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).list('replays', options, context))
  })
}

function deliveryFilters(command: Command): Command {
  return command
    .option('--destination <name>', 'destination')
    .option('--code <code>', 'error code: ERR_REJECTED, …')
    .option('--event <id>', 'event')
    .option('--customer <id>', "the brand's own id of the customer")
    .option('--type <type>', 'type of the event')
}

function addReplay(program: Command, context: CommandContext, ended: Ended): void {
  const replay = deliveryFilters(program.command('replay'))
    .description('make deliveries due again; without --yes only says what would be done')
    .option('--id <id>', 'one delivery')
    .option('--status <status>', 'dead, skipped or delivered (default: dead, unless one delivery or event is named)')
    .option('--events', 'search events instead, and make deliveries that are missing: for a destination added later')
    .option('--connection <id>', 'connection, with --events')
    .option('--retailer <id>', 'retailer, with --events')
    .option('--repeat-delivered', 'also send again what was delivered')
    .option('--limit <number>', 'refuse to replay more (default: 10000)', parseCount)
    .option('--yes', 'do it')
    .option('--no-wait', 'do not stay until everything is due')
  const examples = [
    ['replay', 'what a replay of all dead letters would do'],
    ['replay --destination braze --code ERR_MAPPING --yes', 'do it for these'],
    ['replay --events --destination klaviyo --yes', 'give a destination added later the past'],
  ] as const
  remote(replay, ...examples).action(async (options) => {
    ended(await (await import('./replay-command.ts')).replay(options, context))
  })
}

function addErase(program: Command, context: CommandContext, ended: Ended): void {
  const erase = program
    .command('erase')
    .description("erase a person's data; without --yes only says what would be erased")
    .option('--customer <id>', "the brand's own id of the customer")
    .option('--email <address>', 'email address')
    .option('--mobile <number>', 'phone number with its country: +15555550100')
    .option('--block', 'drop later events of the person on arrival')
    .option('--yes', 'do it; it cannot be undone')
    .option('--no-wait', 'do not stay until it is finished')
  const examples = [
    ['erase --customer 8a46e581', 'what there is of a customer'],
    ['erase --email robin@example.com --block --yes', 'erase it, and drop what comes later'],
  ] as const
  remote(erase, ...examples).action(async (options) => {
    ended(await (await import('./erase-command.ts')).erase(options, context))
  })

  const erasures = program.command('erasures').description('erasures: list, and end the block of one')
  const list = paged(erasures.command('list', { isDefault: true })).description('list them')
  remote(list, ['erasures', 'the proofs, without the people']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).list('erasures', options, context))
  })
  const unblock = erasures.command('unblock <id>').description('take later events of the person again')
  remote(unblock, ['erasures unblock 3', 'they are a customer again']).action(async (id: string, options) => {
    ended(await (await import('./erase-command.ts')).unblock(id, options, context))
  })
}

function addBackfill(program: Command, context: CommandContext, ended: Ended): void {
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
  const examples = [
    ['backfill --customer 8a46e581 --dry-run', 'what is there, and how much of it is new'],
    ['backfill --from-file connections.csv --since 2026-01-01', 'many connections'],
    ['backfill --missed', 'after the relay was away for long'],
  ] as const
  remote(backfill, ...examples).action(async (options) => {
    ended(await (await import('./backfill-command.ts')).backfill(options, context))
  })

  const imports = program.command('imports').description('backfills: list, show, resume, cancel')
  const list = paged(imports.command('list', { isDefault: true })).description('list them')
  remote(list, ['imports', 'how far each is']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).list('imports', options, context))
  })
  remote(imports.command('show <id>').description('show one, and what was refused'), ['imports show 3', 'as JSON']).action(
    async (id: string, options) => {
      ended(await (await import('./list-commands.ts')).show(`/imports/${encodeURIComponent(id)}`, options, context))
    },
  )
  const resume = imports.command('resume <id>').description('try now what waits')
  remote(resume, ['imports resume 3', 'the key works again']).action(async (id: string, options) => {
    ended(await (await import('./imports-command.ts')).changeImport('resume', id, options, context))
  })
  const cancel = imports.command('cancel <id>').description('end one; what it stored stays')
  remote(cancel, ['imports cancel 3', 'read nothing more']).action(async (id: string, options) => {
    ended(await (await import('./imports-command.ts')).changeImport('cancel', id, options, context))
  })
}

function addQuarantine(program: Command, context: CommandContext, ended: Ended): void {
  const quarantine = program.command('quarantine').description('webhooks that were not understood: list, show, process again')
  const list = paged(quarantine.command('list', { isDefault: true })).description('list them')
  remote(list, ['quarantine', 'the newest']).action(async (options) => {
    ended(await (await import('./list-commands.ts')).list('quarantine', options, context))
  })
  const show = quarantine.command('show <id>').description('show one').option('--reveal', 'with its body; it is on record')
  remote(show, ['quarantine show 7 --reveal', 'as it came']).action(async (id: string, options) => {
    ended(await (await import('./list-commands.ts')).show(`/quarantine/${encodeURIComponent(id)}`, options, context))
  })
  const process = quarantine
    .command('process [id]')
    .description('try again to understand one, or all of them; 1 while some are not')
  remote(process, ['quarantine process', 'all of them, after an upgrade']).action(async (id: string | undefined, options) => {
    ended(await (await import('./change-commands.ts')).processQuarantine(id, options, context))
  })
}

function addChanges(program: Command, context: CommandContext, ended: Ended): void {
  const reason = ['--reason <text>', "why, for other operators; no person's data"] as const
  const pause = program
    .command('pause <destination>')
    .description('send nothing more to a destination; its deliveries wait')
    .option(...reason)
  remote(pause, ['pause braze --reason "new key tomorrow"', 'until resume, also after a restart']).action(
    async (destination: string, options) => {
      ended(await (await import('./change-commands.ts')).changeLane('pause', destination, options, context))
    },
  )
  const resume = program.command('resume <destination>').description('go on after pause, or try a blocked destination at once')
  remote(resume, ['resume braze', 'what waited is delivered']).action(async (destination: string, options) => {
    ended(await (await import('./change-commands.ts')).changeLane('resume', destination, options, context))
  })
  const dead = program
    .command('dead <delivery>')
    .description('end a pending delivery as a dead letter')
    .option(...reason)
  remote(dead, ['dead 4711 --reason "test order"', 'it is not tried again, unless replayed']).action(
    async (id: string, options) => {
      ended(await (await import('./change-commands.ts')).markDead(id, options, context))
    },
  )
}
