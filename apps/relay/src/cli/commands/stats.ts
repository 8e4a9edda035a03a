import type { Declaring } from './declaring.ts'
import { remote } from './remote.ts'

/** Declares `stats`. */
export function declareStats({ program, context, ended }: Declaring): void {
  const stats = program.command('stats').description('how many events there are, and how each destination is doing')
  remote(stats, ['stats', 'lanes with their reason, counts, the oldest due delivery']).action(async (options) => {
    ended(await (await import('../admin/stats-command.ts')).stats(options, context))
  })
}
