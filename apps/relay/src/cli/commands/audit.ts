import type { Declaring } from './declaring.ts'
import { paged, remote } from './remote.ts'

/** Declares `audit`. */
export function declareAudit({ program, context, ended }: Declaring): void {
  const audit = paged(program.command('audit')).description('list who did what, and when')
  remote(audit, ['audit --limit 10', 'the latest ten']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('audit', options, context))
  })
}
