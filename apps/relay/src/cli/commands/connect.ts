import { parseCount } from '../number-option.ts'
import type { Declaring } from './declaring.ts'
import { configOption, examples } from './declaring.ts'

/** Declares `connect`. */
export function declareConnect({ program, context, ended }: Declaring): void {
  program
    .command('connect')
    .description('make the webhook at Subtotal, keep its signing secret, and prove the way with a simulated event')
    .option('--url <url>', 'where Subtotal reaches the relay: https://…/webhooks/subtotal')
    .option('--status', 'show the webhooks of the account; with --url, also whether the relay there knows the secret')
    .option('--json', 'print JSON, with --status')
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
        ['connect --url https://relay.example.com/webhooks/subtotal', 'all of it; run it again after a change'],
        ['connect --status', 'what is there, changing nothing'],
      ).concat(
        '\nThe key is never an argument: SUBTOTAL_API_KEY, from the environment, .env, or a file. The secret goes into the file that\nSUBTOTAL_SIGNING_SECRET_FILE names; where it names none, into one beside the store, and .env names it.\n',
      ),
    )
    .action(async (options) => {
      const { connect } = await import('../connect/connect-command.ts')
      ended(await connect(options, context))
    })
}
