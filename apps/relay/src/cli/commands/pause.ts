import type { Declaring } from './declaring.ts'
import { reasonOption, remote } from './remote.ts'

/** Declares `pause`. */
export function declarePause({ program, context, ended }: Declaring): void {
  const pause = program
    .command('pause <destination>')
    .description('send nothing more to a destination; its deliveries wait')
    .option(...reasonOption)
  remote(pause, ['pause braze --reason "new key tomorrow"', 'until resume, also after a restart']).action(
    async (destination: string, options) => {
      ended(await (await import('../admin/change-commands.ts')).changeLane('pause', destination, options, context))
    },
  )
}
