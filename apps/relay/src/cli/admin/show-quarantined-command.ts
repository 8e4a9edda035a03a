import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { formatFields } from './format-fields.ts'
import { quarantinedSchema } from './quarantine-answer.ts'
import { readAnswer } from './read-answer.ts'

/** What showing one quarantined webhook can be told. */
export interface ShowQuarantinedOptions extends AdminOptions {
  /** With its body; it is on record. */
  readonly reveal?: boolean
}

/** `subtotal-relay quarantine show <id>`: one webhook that was not understood. */
export async function showQuarantined(id: string, options: ShowQuarantinedOptions, context: CommandContext): Promise<ExitCode> {
  const { reveal } = options
  const answer = await createAdminClient(options, context).get(`/quarantine/${encodeURIComponent(id)}`, { reveal })
  if (options.json === true) return writeJson(answer, context)
  const { reason, fields, receivedAt, signedAt, count, bytes, body } = readAnswer(quarantinedSchema, answer)
  const shown = {
    'quarantined webhook': id,
    reason,
    fields: fields.join(', '),
    received: receivedAt,
    signed: signedAt,
    times: count,
    bytes,
  }
  context.stdout.write(formatFields(shown, context.stdout))
  if (body === null) context.stderr.write('Its body holds a person’s data. With it: --reveal, which is on record.\n')
  // What could move a terminal's cursor is replaced; the body as it came is in the JSON.
  else context.stdout.write(`\n${body.replace(/[^\P{C}\n\t]/gu, ' ')}\n`)
  return 0
}
