import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'

/** `subtotal-relay imports resume` and `cancel`. */
export async function changeImport(
  action: 'resume' | 'cancel',
  id: string,
  options: AdminOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const answer = await createAdminClient(options, context).post(`/imports/${encodeURIComponent(id)}/${action}`, {})
  if (options.json === true) return writeJson(answer, context)
  const said = action === 'resume' ? 'is tried now' : 'has ended; what it stored is delivered'
  context.stdout.write(`import ${id} ${said}.\n`)
  return 0
}
