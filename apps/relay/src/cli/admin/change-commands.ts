import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { processedOneSchema, processedSchema } from './quarantine-answer.ts'
import { readAnswer } from './read-answer.ts'

/** What a change can be told. */
export interface ChangeOptions extends AdminOptions {
  /** Shown to operators. No person's data. */
  readonly reason?: string
}

/** `subtotal-relay pause` and `resume`. */
export async function changeLane(
  action: 'pause' | 'resume',
  destination: string,
  options: ChangeOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const path = `/destinations/${encodeURIComponent(destination)}/${action}`
  const answer = await createAdminClient(options, context).post(path, toBody(options))
  if (options.json === true) return writeJson(answer, context)
  const said = action === 'pause' ? 'is paused: its deliveries wait' : 'goes on'
  context.stdout.write(`${destination} ${said}.\n`)
  return 0
}

/** `subtotal-relay dead`: ends a delivery as a dead letter. */
export async function markDead(delivery: string, options: ChangeOptions, context: CommandContext): Promise<ExitCode> {
  const answer = await createAdminClient(options, context).post(
    `/deliveries/${encodeURIComponent(delivery)}/dead`,
    toBody(options),
  )
  if (options.json === true) return writeJson(answer, context)
  context.stdout.write(`delivery ${delivery} is a dead letter.\n`)
  return 0
}

/** `subtotal-relay quarantine process`: tries again to understand one webhook, or all of them. Fails while some are not understood. */
export async function processQuarantine(
  id: string | undefined,
  options: AdminOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const client = createAdminClient(options, context)
  if (id !== undefined) {
    const answer = await client.post(`/quarantine/${encodeURIComponent(id)}/process`, {})
    const { result, reason, eventId } = readAnswer(processedOneSchema, answer)
    if (options.json === true) writeJson(answer, context)
    else context.stdout.write(`quarantined webhook ${id}: ${saidOf[result]}${reason ?? eventId ?? ''}\n`)
    return result === 'quarantined' ? 1 : 0
  }
  const total = { stored: 0, duplicate: 0, ignored: 0, quarantined: 0 }
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const answer = readAnswer(processedSchema, await client.post('/quarantine/process', cursor === undefined ? {} : { cursor }))
    for (const result of ['stored', 'duplicate', 'ignored', 'quarantined'] as const) total[result] += answer[result]
    cursor = answer.nextCursor
  }
  const { stored, duplicate, ignored, quarantined } = total
  if (options.json === true) writeJson(total, context)
  else {
    context.stdout.write(
      `${stored} stored, ${duplicate} known already, ${ignored} of no use, ${quarantined} still not understood\n`,
    )
  }
  return quarantined === 0 ? 0 : 1
}

const saidOf = {
  stored: 'stored as event ',
  duplicate: 'known already as event ',
  ignored: 'of no use',
  quarantined: 'still not understood: ',
} as const

function toBody({ reason }: ChangeOptions): object {
  return reason === undefined ? {} : { reason }
}
