import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { formatTable } from './format-table.ts'
import { readAnswer } from './read-answer.ts'
import { statsSchema } from './stats-answer.ts'

/** `subtotal-relay stats`: what is stored, and how each destination is doing. */
export async function stats(options: AdminOptions, context: CommandContext): Promise<ExitCode> {
  const answer = await createAdminClient(options, context).get('/stats')
  if (options.json === true) return writeJson(answer, context)
  const { events, quarantined, enrichment, destinations } = readAnswer(statsSchema, answer)
  const rows = destinations.map((one) => {
    const lane = one.lane === null ? 'not configured' : one.lane.state
    const { destination, pending, delivered, skipped, dead, oldestDueSeconds } = one
    return [destination, lane, pending, delivered, skipped, dead, `${Math.round(oldestDueSeconds)} s`, one.lane?.reason]
  })
  const headings = ['destination', 'lane', 'pending', 'delivered', 'skipped', 'dead', 'oldest due', 'reason']
  context.stdout.write(`${events} events, ${quarantined} in quarantine\n`)
  if (enrichment !== undefined && enrichment.waiting > 0) {
    const why = enrichment.reason === null ? '' : `: ${enrichment.reason}`
    context.stdout.write(`${enrichment.waiting} wait to be completed from Subtotal (${enrichment.state}${why})\n`)
  }
  context.stdout.write('\n')
  context.stdout.write(formatTable(headings, rows, context.stdout))
  return 0
}
