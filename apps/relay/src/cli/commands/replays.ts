import type { Declaring } from './declaring.ts'
import { paged, remote } from './remote.ts'

/** Declares `replays`. */
export function declareReplays({ program, context, ended }: Declaring): void {
  const replays = paged(program.command('replays')).description('list replays')
  remote(replays, ['replays', 'who asked for one, and how far it is']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('replays', options, context))
  })
}
