import type { Declaring } from './declaring.ts'
import { remote } from './remote.ts'

const said =
  '\nThe relay seals with the first key of RELAY_ENCRYPTION_KEY and opens with each. To change keys: put the new one before the old one, start the\nrelay again, run this command, and remove the old one when it has ended. With "plain" before the keys nothing is sealed any more.\n'

/** Declares `rotate-encryption-key`. */
export function declareRotateEncryptionKey({ program, context, ended }: Declaring): void {
  const rotate = program
    .command('rotate-encryption-key')
    .description("rewrite people's data in the store with the first encryption key of the relay")
    .option('--no-wait', 'do not stay until it is finished')
  const lines = [['rotate-encryption-key', 'seal what is not sealed yet, or is with an older key']] as const
  remote(rotate, ...lines)
    .addHelpText('after', said)
    .action(async (options) => {
      ended(await (await import('../admin/rotate-command.ts')).rotate(options, context))
    })
}
