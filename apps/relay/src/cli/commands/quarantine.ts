import type { Declaring } from './declaring.ts'
import { examples } from './declaring.ts'
import { listOf, remote } from './remote.ts'

/** Declares `quarantine`. */
export function declareQuarantine({ program, context, ended }: Declaring): void {
  const quarantine = program
    .command('quarantine')
    .description('webhooks that were not understood: list, show, process again')
    .addHelpText('after', examples(['quarantine', 'the newest'], ['quarantine process', 'all of them again, after an upgrade']))
  const list = listOf(quarantine).description('list them')
  remote(list, ['quarantine', 'the newest']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('quarantine', options, context))
  })
  const show = quarantine.command('show <id>').description('show one').option('--reveal', 'with its body; it is on record')
  remote(show, ['quarantine show 7 --reveal', 'as it came']).action(async (id: string, options) => {
    ended(await (await import('../admin/show-quarantined-command.ts')).showQuarantined(id, options, context))
  })
  const process = quarantine
    .command('process [id]')
    .description('try again to understand one, or all of them; 1 while some are not')
  remote(process, ['quarantine process', 'all of them, after an upgrade']).action(async (id: string | undefined, options) => {
    ended(await (await import('../admin/change-commands.ts')).processQuarantine(id, options, context))
  })
}
