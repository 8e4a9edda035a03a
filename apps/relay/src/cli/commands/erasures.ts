import type { Declaring } from './declaring.ts'
import { examples } from './declaring.ts'
import { listOf, remote } from './remote.ts'

/** Declares `erasures`. */
export function declareErasures({ program, context, ended }: Declaring): void {
  const erasures = program
    .command('erasures')
    .description('erasures: list, and end the block of one')
    .addHelpText(
      'after',
      examples(['erasures', 'the proofs, without the people'], ['erasures unblock 3', 'take later events of the person again']),
    )
  const list = listOf(erasures).description('list them')
  remote(list, ['erasures', 'the proofs, without the people']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('erasures', options, context))
  })
  const unblock = erasures.command('unblock <id>').description('take later events of the person again')
  remote(unblock, ['erasures unblock 3', 'they are a customer again']).action(async (id: string, options) => {
    ended(await (await import('../admin/erase-command.ts')).unblock(id, options, context))
  })
}
