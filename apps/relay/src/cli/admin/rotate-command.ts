import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { createProgressBar } from '../progress-bar.ts'
import { writeJson } from '../write-json.ts'
import type { AdminClient, AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { readAnswer } from './read-answer.ts'

/** What `rotate-encryption-key` can be told. */
export interface RotateOptions extends AdminOptions {
  /** Do not stay until it is finished. */
  readonly wait?: boolean
}

interface RotationAnswer {
  readonly id: string
  readonly status: 'running' | 'cleaning' | 'finished'
  readonly keyId: string | null
  readonly total: number
  readonly checked: number
  readonly rewritten: number
  readonly unreadable: number
  readonly copies: { readonly left: readonly string[] }
}

const rotationSchema: z.ZodType<RotationAnswer> = z.object({
  id: z.string(),
  status: z.enum(['running', 'cleaning', 'finished']),
  keyId: z.string().nullable(),
  total: z.number(),
  checked: z.number(),
  rewritten: z.number(),
  unreadable: z.number(),
  copies: z.object({ left: z.array(z.string()) }),
})
const pollMs = 500

/** `subtotal-relay rotate-encryption-key`: has everything in the store sealed with the relay's first key. */
export async function rotate(options: RotateOptions, context: CommandContext): Promise<ExitCode> {
  const client = createAdminClient(options, context)
  const answer = await client.post('/encryption-rotations', {})
  const started = readAnswer(rotationSchema, answer)
  if (options.wait === false || started.status === 'finished') return report(answer, options, context)
  return report(await follow(client, started, context), options, context)
}

function report(answer: unknown, { json }: RotateOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson(answer, context)
  const { id, status, keyId, rewritten, unreadable, copies } = readAnswer(rotationSchema, answer)
  const now = keyId === null ? 'stored without a key' : `sealed with key ${keyId}`
  const { stdout, stderr } = context
  if (status !== 'finished') {
    stdout.write(`rotation ${id}: ${rewritten} values rewritten so far; the relay goes on with the rest. Keep every key.\n`)
    return 0
  }
  const others =
    keyId === null ? 'RELAY_ENCRYPTION_KEY can be unset.' : 'Every other key can be removed from RELAY_ENCRYPTION_KEY.'
  stdout.write(`rotation ${id}: ${rewritten} values rewritten; everything is ${now}. ${others}\n`)
  if (unreadable > 0) stderr.write(`${unreadable} values are damaged and were left as they are.\n`)
  if (copies.left.length > 0) {
    stderr.write(`Beside the store are copies of it as it was, which are not the relay's to delete: ${copies.left.join(', ')}.\n`)
  }
  return 0
}

/** Until it is finished, or the person has seen enough: the relay goes on by itself. */
async function follow(client: AdminClient, { id, total }: RotationAnswer, context: CommandContext): Promise<unknown> {
  const signal = context.stopSignal()
  const progress = createProgressBar(context.stderr, total)
  try {
    for (;;) {
      const answer = await client.get(`/encryption-rotations/${id}`)
      const { status, checked } = readAnswer(rotationSchema, answer)
      progress.update(Math.min(checked, total))
      if (status === 'finished' || signal.aborted) return answer
      await wait(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    progress.stop()
  }
}
