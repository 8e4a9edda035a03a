import type { Declaring } from './declaring.ts'
import { eventFilters, paged, personFilters, remote } from './remote.ts'

/** Declares `events`. */
export function declareEvents({ program, context, ended }: Declaring): void {
  const events = personFilters(eventFilters(paged(program.command('events [id]'))))
    .description('list events, or show one with its deliveries and their failed attempts')
    .option('--status <status>', 'that have a delivery that is pending, delivered, skipped or dead')
    .option('--destination <name>', 'that have a delivery for it')
    .option('--reveal', "show people's data; it is on record")
  const lines = [
    ['events --type purchase.created --limit 10', 'the newest ten purchases'],
    ['events --email - < address.txt', 'those of whoever has the address in a file'],
    ['events 01KFJSR44CPH867805V8GJ9VCY', 'what became of one event'],
  ] as const
  remote(events, ...lines).action(async (id: string | undefined, options) => {
    if (id === undefined) ended(await (await import('../admin/list-commands.ts')).list('events', options, context))
    else ended(await (await import('../admin/show-event-command.ts')).showEvent(id, options, context))
  })
}
