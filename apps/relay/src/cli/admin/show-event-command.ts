import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import type { EventDetailAnswer } from './event-answer.ts'
import { eventDetailSchema } from './event-answer.ts'
import { formatFields } from './format-fields.ts'
import type { Cell } from './format-table.ts'
import { formatTable } from './format-table.ts'
import { readAnswer } from './read-answer.ts'

/** What showing one event can be told. */
export interface ShowEventOptions extends AdminOptions {
  /** With people's data; it is on record. */
  readonly reveal?: boolean
}

/** `subtotal-relay events <id>`: one event, what became of it at each destination, and every attempt that failed. */
export async function showEvent(id: string, options: ShowEventOptions, context: CommandContext): Promise<ExitCode> {
  const { reveal } = options
  const answer = await createAdminClient(options, context).get(`/events/${encodeURIComponent(id)}`, { reveal })
  if (options.json === true) return writeJson(answer, context)
  const detail = readAnswer(eventDetailSchema, answer)
  const { stdout } = context
  stdout.write(formatFields(fieldsOf(detail), stdout))
  const deliveries = detail.deliveries.map((one) => [
    one.id,
    one.destination,
    one.status,
    one.attempts,
    one.settledAt ?? one.dueAt,
    one.error === null ? one.reason : `${one.error.code}: ${one.error.message}`,
  ])
  const headings = ['delivery', 'destination', 'status', 'attempts', 'settled or due', 'why']
  stdout.write(`\n${formatTable(headings, deliveries, stdout)}`)
  const attempts = detail.deliveries.flatMap(({ destination, failedAttempts }) =>
    failedAttempts.map(({ number, at, outcome, code, message }) => [at, destination, number, outcome, `${code}: ${message}`]),
  )
  const attemptHeadings = ['failed at', 'destination', 'attempt', 'outcome', 'error']
  if (attempts.length > 0) stdout.write(`\n${formatTable(attemptHeadings, attempts, stdout)}`)
  context.stderr.write('The whole event, as JSON: --json. With what says who the person is: --reveal --json.\n')
  return 0
}

function fieldsOf({
  event,
  retailerName,
  receivedAt,
  versions,
  payloadDeletedAt,
}: EventDetailAnswer): Readonly<Record<string, Cell>> {
  const { retailer } = event.connection
  return {
    event: event.id,
    type: event.type,
    occurred: event.occurredAt,
    received: receivedAt,
    customer: event.customer.id,
    connection: event.connection.id,
    retailer: retailerName === null || retailerName === undefined ? retailer : `${retailerName} (${retailer})`,
    ...(versions > 0 ? { 'came again with other content': versions } : {}),
    ...(payloadDeletedAt === null ? {} : { 'content deleted': payloadDeletedAt }),
  }
}
