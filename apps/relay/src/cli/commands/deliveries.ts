import type { Declaring } from './declaring.ts'
import { deliveryFilters, eventFilters, paged, personFilters, remote } from './remote.ts'

/** Declares `deliveries`. */
export function declareDeliveries({ program, context, ended }: Declaring): void {
  const deliveries = personFilters(eventFilters(deliveryFilters(paged(program.command('deliveries')))))
    .description('list deliveries')
    .option('--status <status>', 'pending, delivered, skipped or dead')
  remote(deliveries, ['deliveries --status pending --destination braze', 'what waits for Braze']).action(async (options) => {
    ended(await (await import('../admin/list-commands.ts')).list('deliveries', options, context))
  })
}
