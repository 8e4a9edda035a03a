import type { Declaring } from './declaring.ts'
import { remote } from './remote.ts'

/** Declares `resume`. */
export function declareResume({ program, context, ended }: Declaring): void {
  const resume = program.command('resume <destination>').description('go on after pause, or try a blocked destination at once')
  remote(resume, ['resume braze', 'what waited is delivered']).action(async (destination: string, options) => {
    ended(await (await import('../admin/change-commands.ts')).changeLane('resume', destination, options, context))
  })
}
