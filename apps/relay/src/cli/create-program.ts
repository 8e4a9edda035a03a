import { Command } from 'commander'
import { addAdminCommands } from './admin/add-admin-commands.ts'
import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import { parseCount, parseRate } from './number-option.ts'
import { readVersion } from './read-version.ts'

type Ended = (exitCode: ExitCode) => void

const configOption = ['-c, --config <file>', 'configuration file to use instead of relay.config.ts'] as const

/**
 * The command line of `subtotal-relay`. Each command is imported when it is run, so that `--help` is quick and `preview` needs
 * no database.
 */
export function createProgram(context: CommandContext, ended: Ended): Command {
  const program = new Command('subtotal-relay')
    .description("Receives Subtotal's webhooks, stores them durably and delivers them to Braze, Klaviyo and Customer.io.")
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError('Run it with --help to see how it is used.')
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay demo', 'see it work: nothing leaves this machine'],
        ['subtotal-relay check', 'test the keys of the configured destinations'],
        ['subtotal-relay start', 'run the relay with the settings of the environment, .env and relay.config.ts'],
      ).concat('\nExit codes: 0 done, 1 failed, 2 wrong use. Settings: docs/configuration.md.\n'),
    )
  addStart(program, context, ended)
  addDemo(program, context, ended)
  addConnect(program, context, ended)
  addCheck(program, context, ended)
  addPreview(program, context, ended)
  addSend(program, context, ended)
  addBackup(program, context, ended)
  addRestore(program, context, ended)
  addAdminCommands(program, context, ended)
  return program
}

function addStart(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('start')
    .description('run the relay; SIGTERM or Ctrl-C ends it after what is in flight')
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay start', 'settings from the environment, .env and relay.config.ts'],
        ['PORT=0 subtotal-relay start --config staging.config.ts', 'another configuration file, any free port'],
      ),
    )
    .action(async (options) => {
      const { start } = await import('./start-command.ts')
      ended(await start(options, context))
    })
}

function addDemo(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('demo')
    .description('run a relay with mock destinations and made-up webhooks; your settings are not used')
    .option('--once', 'send a number of events, wait until every destination has them, and end')
    .option('--count <number>', 'how many events --once sends (default: 200)', parseCount)
    .option('--rate <number>', 'webhooks per second', parseRate, 20)
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay demo', 'until Ctrl-C'],
        ['subtotal-relay demo --once', '200 events; exits 0 when every destination has each of them, 1 after 120 s'],
        ['subtotal-relay demo --rate 100', 'faster'],
      ),
    )
    .action(async (options) => {
      const { demo } = await import('./demo-command.ts')
      ended(await demo(options, context))
    })
}

function addConnect(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('connect')
    .description('make the webhook at Subtotal, keep its signing secret, and prove the way with a simulated event')
    .option('--url <url>', 'where Subtotal reaches the relay: https://…/webhooks/subtotal')
    .option('--status', 'show the webhooks of the account; with --url, also whether the relay there knows the secret')
    .option('--pause', 'pause the webhook of --url; run without it to go on')
    .option('--remove', 'remove the webhook of --url for good')
    .option('--replace', 'make a new webhook in the place of one whose secret is not here')
    .option('--deliver', 'let the destinations have the simulated event, which else they do not get')
    .option('--email <address>', 'of the simulated customer, with --deliver', 'relay-connect@shoppers.example')
    .option('--simulated', 'let the webhook go on getting simulated events')
    .option('--show-secret', 'print the signing secret')
    .option('--name <name>', 'of the webhook, as the dashboard shows it', 'Subtotal Connectors relay')
    .option('--timeout <seconds>', 'how long to wait for the event at each station', parseCount, 60)
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay connect --url https://relay.example.com/webhooks/subtotal', 'all of it; run it again after a change'],
        ['subtotal-relay connect --status', 'what is there, changing nothing'],
      ).concat(
        '\nThe key is never an argument: SUBTOTAL_API_KEY, from the environment, .env, or a file. The secret goes into the file that\nSUBTOTAL_SIGNING_SECRET_FILE names; where it names none, into one beside the store, and .env names it.\n',
      ),
    )
    .action(async (options) => {
      const { connect } = await import('./connect/connect-command.ts')
      ended(await connect(options, context))
    })
}

function addCheck(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('check')
    .description(
      'ask Subtotal and each configured destination whether keys, permissions and Link URLs are right; creates no data there',
    )
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay check', 'exits 1 when a destination has a problem'],
        ['KLAVIYO_API_KEY_FILE=/run/secrets/klaviyo subtotal-relay check', 'a key from a file'],
      ),
    )
    .action(async (options) => {
      const { check } = await import('./check-command.ts')
      ended(await check(options, context))
    })
}

function addPreview(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('preview <webhook.json>')
    .description('show the exact request that each destination would get for a webhook; sends nothing, shows no key')
    .option('-d, --destination <name>', 'only this destination')
    .option('-t, --type <type>', 'type of the webhook, for a file that holds the payload alone')
    .option('--json', 'print JSON')
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay preview purchase.json', 'every configured destination, or all three with placeholder settings'],
        ['subtotal-relay preview purchase.json --destination klaviyo', 'one of them'],
        ['subtotal-relay preview payload.json --type connection.activated', 'a payload without its envelope'],
      ),
    )
    .action(async (file: string, options) => {
      const { preview } = await import('./preview-command.ts')
      ended(await preview(file, options, context))
    })
}

function addSend(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('send [files...]')
    .description('sign webhooks with SUBTOTAL_SIGNING_SECRET and post them to a relay')
    .option('--generate', 'send made-up webhooks instead of files')
    .option('--count <number>', 'how many --generate makes (default: 200)', parseCount)
    .option('--rate <number>', 'webhooks per second (default: as fast as the relay answers)', parseRate)
    .option('--url <url>', 'the relay (default: RELAY_URL, or http://127.0.0.1:<PORT or 8080>)')
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay send purchase.json', 'a file, byte for byte'],
        ['subtotal-relay send --generate --count 500 --rate 50', 'made-up people at example domains'],
        ['subtotal-relay send webhook.json --url https://relay.example.com', 'another relay'],
      ).concat('\nThe secret is never an argument: it comes from the environment, .env, or SUBTOTAL_SIGNING_SECRET_FILE.\n'),
    )
    .action(async (files: string[], options) => {
      const { send } = await import('./send-command.ts')
      ended(await send(files, options, context))
    })
}

function addBackup(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('backup <file>')
    .description('copy the store to a new file, whether a relay runs on it or not')
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay backup /backups/relay.db', 'the store that RELAY_STORE names'],
        ['RELAY_STORE=sqlite:/data/relay.db subtotal-relay backup relay.db', 'another one'],
      ),
    )
    .action(async (file: string) => {
      const { backup } = await import('./backup-command.ts')
      ended(await backup(file, context))
    })
}

function addRestore(program: Command, context: CommandContext, ended: Ended): void {
  program
    .command('restore <file>')
    .description('put a backup in the place of the store, while no relay runs on it')
    .option('--force', 'move a store that is there aside, and keep it')
    .addHelpText(
      'after',
      examples(
        ['subtotal-relay restore /backups/relay.db', 'where no store is'],
        ['subtotal-relay restore /backups/relay.db --force', 'in the place of one'],
      ),
    )
    .action(async (file: string, options) => {
      const { restore } = await import('./restore-command.ts')
      ended(await restore(file, options, context))
    })
}

function examples(...lines: readonly (readonly [command: string, says: string])[]): string {
  return `\nExamples:\n${lines.map(([command, says]) => `  $ ${command}\n      ${says}`).join('\n')}\n`
}
