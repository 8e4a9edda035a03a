import { parseCount, parseRate } from '../number-option.ts'
import type { Declaring } from './declaring.ts'
import { examples, jsonOption } from './declaring.ts'

/** Declares `demo`. */
export function declareDemo({ program, context, ended }: Declaring): void {
  program
    .command('demo')
    .description('run a relay with mock destinations and made-up webhooks; your settings are not used')
    .option('--once', 'send a number of events, wait until every destination has them, and end')
    .option('--count <number>', 'how many events --once sends (default: 200)', parseCount)
    .option('--rate <number>', 'webhooks per second', parseRate, 20)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        ['demo', 'until Ctrl-C'],
        ['demo --once', '200 events; exits 0 when every destination has each of them, 1 after 120 s'],
        ['demo --rate 100', 'faster'],
        ['demo --once --json', 'what arrived, for a machine; all else on stderr'],
      ),
    )
    .action(async (options) => {
      const { demo } = await import('../demo-command.ts')
      ended(await demo(options, context))
    })
}
