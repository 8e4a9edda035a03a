import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `init`. */
export function declareInit({ program, context, ended }: Declaring): void {
  program
    .command('init')
    .description('write relay.config.ts and .env, by asking or by flags, and check the keys')
    .option('--destination <name...>', 'braze, klaviyo, customerio')
    .option('--braze-instance <instance>', 'as in the URL of the Braze dashboard: US-01, EU-02, …')
    .option('--customerio-region <region>', 'us or eu (default: us)')
    .option('--identify-by <kind>', 'email, customerId or mobile (default: email)')
    .option('--historical <what>', 'send or skip purchases from before the account was linked (default: send)')
    .option('--link-url <url>', 'where customers link an account: one URL, or walmart=https://…,target=https://…')
    .option('--url <url>', 'where Subtotal reaches the relay: https://…/webhooks/subtotal')
    .option('--connect', 'make the webhook at Subtotal too; needs --url and SUBTOTAL_API_KEY')
    .option('--no-check', 'do not ask the destinations whether the keys are right')
    .option('--force', 'replace files that are there; they are kept under another name')
    .option('-y, --yes', 'ask nothing: flags, environment and defaults')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['init', 'asks'],
        ['KLAVIYO_API_KEY=pk_… init --destination klaviyo --yes', 'asks nothing'],
        [
          'BRAZE_API_KEY_FILE=/run/secrets/braze init --destination braze --braze-instance EU-01 --yes',
          'a key from a file stays there',
        ],
      ).concat(
        '\nA secret is never an argument. It is typed in, or comes from BRAZE_API_KEY, KLAVIYO_API_KEY, CUSTOMERIO_API_KEY, SUBTOTAL_API_KEY and\nSUBTOTAL_SIGNING_SECRET, and is written into .env (0600); of …_FILE variables only the path is.\n',
      ),
    )
    .action(async (options) => {
      const { init } = await import('../init/init-command.ts')
      ended(await init(options, context))
    })
}
