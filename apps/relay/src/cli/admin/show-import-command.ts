import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { formatFields } from './format-fields.ts'
import { formatTable } from './format-table.ts'
import { importDetailSchema } from './import-answer.ts'
import { readAnswer } from './read-answer.ts'

/** `subtotal-relay imports show <id>`: how far a backfill is, and what was refused. */
export async function showImport(id: string, options: AdminOptions, context: CommandContext): Promise<ExitCode> {
  const answer = await createAdminClient(options, context).get(`/imports/${encodeURIComponent(id)}`)
  if (options.json === true) return writeJson(answer, context)
  const { status, createdAt, actor, source, dryRun, since, held, connections, purchases, refusals } = readAnswer(
    importDetailSchema,
    answer,
  )
  const { stdout } = context
  const shown = {
    import: id,
    status: held === null ? status : `${status}: ${held.message} (${held.code})`,
    created: createdAt,
    by: actor,
    of: dryRun ? `${source}, dry run` : source,
    since,
    connections: `${connections.done} of ${connections.total}, ${connections.refused} refused`,
    purchases: `${purchases.new} new, ${purchases.known} known, ${purchases.refused} refused`,
  }
  stdout.write(formatFields(shown, stdout))
  const rows = refusals.map(({ count, code, message }) => [count, code, message])
  if (rows.length > 0) stdout.write(`\n${formatTable(['refused', 'code', 'why'], rows, stdout)}`)
  return 0
}
