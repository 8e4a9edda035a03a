import type { Declaring } from './declaring.ts'
import { configOption, examples, jsonOption } from './declaring.ts'

/** Declares `check`. */
export function declareCheck({ program, context, ended }: Declaring): void {
  program
    .command('check')
    .description(
      'ask Subtotal and each configured destination whether keys, permissions and Link URLs are right; creates no data there',
    )
    .option(...jsonOption)
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['check', 'exits 1 when a destination has a problem'],
        ['KLAVIYO_API_KEY_FILE=/run/secrets/klaviyo check', 'a key from a file'],
      ),
    )
    .action(async (options) => {
      const { check } = await import('../check-command.ts')
      ended(await check(options, context))
    })
}
