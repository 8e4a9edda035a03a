import type { Declaring } from './declaring.ts'
import { deliveryFilters, eventFilters, paged, personFilters, remote } from './remote.ts'

/** Declares `deadletters`. */
export function declareDeadLetters({ program, context, ended }: Declaring): void {
  const dead = personFilters(eventFilters(deliveryFilters(paged(program.command('deadletters'))))).description(
    'count dead letters by code, and list them',
  )
  remote(dead, ['deadletters --destination klaviyo', 'those of one destination']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).deadLetters(options, context))
  })
}
