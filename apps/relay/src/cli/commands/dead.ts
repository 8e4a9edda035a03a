import type { Declaring } from './declaring.ts'
import { reasonOption, remote } from './remote.ts'

/** Declares `dead`. */
export function declareDead({ program, context, ended }: Declaring): void {
  const dead = program
    .command('dead <delivery>')
    .description('end a pending delivery as a dead letter')
    .option(...reasonOption)
  remote(dead, ['dead 4711 --reason "test order"', 'it is not tried again, unless replayed']).action(
    async (id: string, options) => {
      ended(await (await import('../admin/change-commands.ts')).markDead(id, options, context))
    },
  )
}
