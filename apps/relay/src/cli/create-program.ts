import { Command } from 'commander'
import type { CommandContext } from './command-context.ts'
import { declareAudit } from './commands/audit.ts'
import { declareBackfill } from './commands/backfill.ts'
import { declareBackup } from './commands/backup.ts'
import { declareCheck } from './commands/check.ts'
import { declareConnect } from './commands/connect.ts'
import { declareDead } from './commands/dead.ts'
import { declareDeadLetters } from './commands/dead-letters.ts'
import { type Declaring, examples } from './commands/declaring.ts'
import { declareDeliveries } from './commands/deliveries.ts'
import { declareDemo } from './commands/demo.ts'
import { declareDoctor } from './commands/doctor.ts'
import { declareErase } from './commands/erase.ts'
import { declareErasures } from './commands/erasures.ts'
import { declareEvents } from './commands/events.ts'
import { declareImports } from './commands/imports.ts'
import { declareInit } from './commands/init.ts'
import { declareMigrate } from './commands/migrate.ts'
import { declarePause } from './commands/pause.ts'
import { declarePreview } from './commands/preview.ts'
import { declareQuarantine } from './commands/quarantine.ts'
import { declareReplay } from './commands/replay.ts'
import { declareReplays } from './commands/replays.ts'
import { declareRestore } from './commands/restore.ts'
import { declareResume } from './commands/resume.ts'
import { declareRotateEncryptionKey } from './commands/rotate-encryption-key.ts'
import { declareSend } from './commands/send.ts'
import { declareStart } from './commands/start.ts'
import { declareStats } from './commands/stats.ts'
import type { ExitCode } from './exit-code.ts'
import { readVersion } from './read-version.ts'

/** Every command, in the order and under the headings of the help. */
const groups: readonly (readonly [heading: string, declare: readonly ((declaring: Declaring) => void)[]])[] = [
  ['Set up:', [declareDemo, declareInit, declareCheck, declareDoctor, declareConnect, declarePreview, declareSend]],
  ['Run:', [declareStart, declareBackup, declareRestore, declareMigrate]],
  [
    'Look into a running relay:',
    [
      declareStats,
      declareEvents,
      declareDeliveries,
      declareDeadLetters,
      declareReplays,
      declareImports,
      declareErasures,
      declareAudit,
    ],
  ],
  [
    'Change something in a running relay:',
    [
      declareReplay,
      declareQuarantine,
      declarePause,
      declareResume,
      declareDead,
      declareBackfill,
      declareErase,
      declareRotateEncryptionKey,
    ],
  ],
]

/**
 * The command line of `subtotal-relay`. Each command is imported when it is run, so that `--help` is quick and `preview` needs
 * no database.
 */
export function createProgram(context: CommandContext, ended: (exitCode: ExitCode) => void): Command {
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
        ['demo', 'see it work: nothing leaves this machine'],
        ['check', 'test the keys of the configured destinations'],
        ['start', 'run the relay with the settings of the environment, .env and relay.config.ts'],
      ).concat('\nExit codes: 0 done, 1 failed, 2 wrong use. Settings: docs/configuration.md.\n'),
    )
  for (const [heading, declarations] of groups) {
    program.commandsGroup(heading)
    for (const declare of declarations) declare({ program, context, ended })
  }
  return program
}
