import { setTimeout as wait } from 'node:timers/promises'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { createProgressBar } from '../progress-bar.ts'
import { UsageError } from '../usage-error.ts'
import { writeJson } from '../write-json.ts'
import type { AdminClient, AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { erasurePlanSchema, erasureSchema } from './erasure-answer.ts'
import { readAnswer } from './read-answer.ts'
import { readIdentity } from './read-identity.ts'

/** What `erase` can be told. One of `customer`, `email` and `mobile`. */
export interface EraseOptions extends AdminOptions {
  /** The brand's own id. Of each of the three, `-`: it is read from the standard input. */
  readonly customer?: string
  readonly email?: string
  readonly mobile?: string
  /** Drop later events of the person on arrival. */
  readonly block?: boolean
  /** Do it. */
  readonly yes?: boolean
  /** Do not stay until it is finished. */
  readonly wait?: boolean
}

const identities = ['customer', 'email', 'mobile'] as const
const pollMs = 500

/** `subtotal-relay erase`: says what an erasure would erase, and does it with `--yes`. */
export async function erase(options: EraseOptions, context: CommandContext): Promise<ExitCode> {
  const given = identities.filter((name) => options[name] !== undefined)
  if (given.length !== 1) throw new UsageError('Give one of --customer, --email and --mobile.')
  const client = createAdminClient(options, context)
  const name = given[0] ?? 'customer'
  const identity = { [name]: await readIdentity(name, options[name] ?? '', context) }
  const plan = () => client.post('/erasures', { ...identity, dryRun: true })
  if (options.yes !== true) return tell(await plan(), options, context)
  const isShown = options.wait !== false && context.stderr.isTTY === true
  const planned = isShown ? readAnswer(erasurePlanSchema, await plan()).events : 0
  const body = { ...identity, block: options.block === true, dryRun: false, confirm: 'erase' }
  const answer = await client.post('/erasures', body)
  const { id, status } = readAnswer(erasureSchema, answer)
  if (options.wait === false || status === 'finished') return report(answer, options, context)
  return report(await follow(client, id, planned, context), options, context)
}

/** `subtotal-relay erasures unblock`: later events of the person are taken again. */
export async function unblock(id: string, options: AdminOptions, context: CommandContext): Promise<ExitCode> {
  const answer = await createAdminClient(options, context).post(`/erasures/${encodeURIComponent(id)}/unblock`, {})
  if (options.json === true) return writeJson(answer, context)
  context.stdout.write(`erasure ${id}: later events of the person are taken again.\n`)
  return 0
}

function tell(answer: unknown, { json }: EraseOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson(answer, context)
  const plan = readAnswer(erasurePlanSchema, answer)
  const { customers, connections, events, versions, deliveries, quarantined, copies, earlier } = plan
  const { pending, delivered, skipped, dead } = deliveries
  context.stdout.write(
    `${events} events (${versions} further versions) of ${connections} connections and ${customers} customer ids\n` +
      `${pending} deliveries pending, ${delivered} delivered, ${skipped} skipped, ${dead} dead\n` +
      `${quarantined} webhooks in quarantine\n`,
  )
  if (copies.deleted.length > 0) context.stdout.write(`copies of the store that would be deleted: ${copies.deleted.join(', ')}\n`)
  for (const { id, finishedAt } of earlier) context.stdout.write(`erased before: erasure ${id}, ${finishedAt ?? 'running'}\n`)
  tellLeft(copies.left, context)
  context.stderr.write('Nothing was erased. Add --yes to do it; it cannot be undone.\n')
  return 0
}

function report(answer: unknown, { json }: EraseOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson(answer, context)
  const { id, status, events, deliveries, quarantined, copies, block } = readAnswer(erasureSchema, answer)
  const rest = status === 'finished' ? '' : '; the relay goes on with the rest'
  const later = block ? ' Later events of the person are dropped.' : ''
  context.stdout.write(
    `erasure ${id}: ${events} events, ${deliveries} deliveries and ${quarantined} quarantined webhooks erased${rest}.${later}\n`,
  )
  tellLeft(copies.left, context)
  return 0
}

function tellLeft(left: readonly string[], { stderr }: CommandContext): void {
  if (left.length === 0) return
  stderr.write(`Beside the store are copies of it that are not the relay's to delete: ${left.join(', ')}.\n`)
}

/** Until it is finished, or the person has seen enough: the relay goes on by itself. The last step is to clean the file. */
async function follow(client: AdminClient, id: string, planned: number, context: CommandContext): Promise<unknown> {
  const signal = context.stopSignal()
  const total = planned + 1
  const progress = createProgressBar(context.stderr, total)
  try {
    for (;;) {
      const answer = await client.get(`/erasures/${id}`)
      const { status, events } = readAnswer(erasureSchema, answer)
      progress.update(status === 'finished' ? total : Math.min(events, planned), { total, note: notes[status] })
      if (status === 'finished' || signal.aborted) return answer
      await wait(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    progress.stop()
  }
}

const notes = { running: 'events erased', cleaning: 'the file is being cleaned', finished: 'done' } as const
