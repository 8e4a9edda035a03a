import type { Declaring } from './declaring.ts'
import { examples } from './declaring.ts'
import { listOf, remote } from './remote.ts'

/** Declares `imports`. */
export function declareImports({ program, context, ended }: Declaring): void {
  const imports = program
    .command('imports')
    .description('backfills: list, show, resume, cancel')
    .addHelpText('after', examples(['imports', 'how far each is'], ['imports resume 3', 'try now what waits']))
  const list = listOf(imports).description('list them')
  remote(list, ['imports', 'how far each is']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('imports', options, context))
  })
  remote(imports.command('show <id>').description('show one, and what was refused'), ['imports show 3', 'how far it is']).action(
    async (id: string, options) => {
      ended(await (await import('../admin/show-import-command.ts')).showImport(id, options, context))
    },
  )
  const resume = imports.command('resume <id>').description('try now what waits')
  remote(resume, ['imports resume 3', 'the key works again']).action(async (id: string, options) => {
    ended(await (await import('../admin/imports-command.ts')).changeImport('resume', id, options, context))
  })
  const cancel = imports.command('cancel <id>').description('end one; what it stored stays')
  remote(cancel, ['imports cancel 3', 'read nothing more']).action(async (id: string, options) => {
    ended(await (await import('../admin/imports-command.ts')).changeImport('cancel', id, options, context))
  })
}
