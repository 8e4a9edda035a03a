import type { Declaring } from './declaring.ts'
import { configOption, examples, jsonOption } from './declaring.ts'

/** Declares `preview`. */
export function declarePreview({ program, context, ended }: Declaring): void {
  program
    .command('preview <webhook.json>')
    .description('show the exact request that each destination would get for a webhook; sends nothing, shows no key')
    .option('-d, --destination <name>', 'only this destination')
    .option('-t, --type <type>', 'type of the webhook, for a file that holds the payload alone')
    .option(...jsonOption)
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['preview purchase.json', 'every configured destination, or all three with placeholder settings'],
        ['preview purchase.json --destination klaviyo', 'one of them'],
        ['preview payload.json --type connection.activated', 'a payload without its envelope'],
      ),
    )
    .action(async (file: string, options) => {
      const { preview } = await import('../preview-command.ts')
      ended(await preview(file, options, context))
    })
}
