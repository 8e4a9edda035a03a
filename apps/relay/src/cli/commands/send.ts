import { parseCount, parseRate } from '../number-option.ts'
import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `send`. */
export function declareSend({ program, context, ended }: Declaring): void {
  program
    .command('send [files...]')
    .description('sign webhooks with SUBTOTAL_SIGNING_SECRET and post them to a relay')
    .option('--generate', 'send made-up webhooks instead of files')
    .option('--count <number>', 'how many --generate makes (default: 200)', parseCount)
    .option('--rate <number>', 'webhooks per second (default: as fast as the relay answers)', parseRate)
    .option('--url <url>', 'the relay (default: RELAY_URL, or http://127.0.0.1:<PORT or 8080>)')
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['send purchase.json', 'a file, byte for byte'],
        ['send --generate --count 500 --rate 50', 'made-up people at example domains'],
        ['send webhook.json --url https://relay.example.com', 'another relay'],
      ).concat('\nThe secret is never an argument: it comes from the environment, .env, or SUBTOTAL_SIGNING_SECRET_FILE.\n'),
    )
    .action(async (files: string[], options) => {
      const { send } = await import('../send-command.ts')
      ended(await send(files, options, context))
    })
}
