import type { Declaring } from './declaring.ts'
import { configOption, examples, jsonOption } from './declaring.ts'

/** Declares `doctor`. */
export function declareDoctor({ program, context, ended }: Declaring): void {
  program
    .command('doctor')
    .description('look at everything that commonly goes wrong, and say what to do; changes nothing')
    .option('--url <url>', 'where Subtotal reaches the relay, to try that too: https://…/webhooks/subtotal')
    .option(...jsonOption)
    .option(...configOption)
    .addHelpText(
      'after',
      examples(
        ['doctor', 'exits 1 when something has to be put right'],
        ['doctor --url https://relay.example.com/webhooks/subtotal', 'also whether the relay there knows the signing secret'],
        ['doctor --json', 'for a monitor'],
      ),
    )
    .action(async (options) => {
      const { doctor } = await import('../doctor/doctor-command.ts')
      ended(await doctor(options, context))
    })
}
