import { setTimeout as wait } from 'node:timers/promises'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { createProgressBar } from '../progress-bar.ts'
import { UsageError } from '../usage-error.ts'
import { writeJson } from '../write-json.ts'
import type { AdminClient, AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { formatTable } from './format-table.ts'
import { readAnswer } from './read-answer.ts'
import { replayPlanSchema, replaySchema } from './replay-answer.ts'

/** What `replay` can be told. Without a filter: every dead letter. */
export interface ReplayOptions extends AdminOptions {
  /** By a search of events instead of deliveries; makes deliveries that are missing. */
  readonly events?: boolean
  readonly id?: string
  /** Default `dead`, without `--events`. */
  readonly status?: string
  readonly destination?: string
  readonly code?: string
  readonly event?: string
  readonly customer?: string
  readonly type?: string
  readonly connection?: string
  readonly retailer?: string
  readonly person?: string
  readonly purchase?: string
  readonly since?: string
  readonly until?: string
  /** Also what was delivered. */
  readonly repeatDelivered?: boolean
  readonly limit?: number
  /** Do it. */
  readonly yes?: boolean
  /** Do not stay until everything is due. */
  readonly wait?: boolean
}

const facets = ['customer', 'person', 'purchase', 'connection', 'type', 'retailer', 'since', 'until'] as const
const deliveryFilters = ['id', 'status', 'destination', 'code', 'event', ...facets] as const
const eventFilters = ['destination', ...facets] as const
const pollMs = 500

/** `subtotal-relay replay`: says what a replay would do, and does it with `--yes`. */
export async function replay(options: ReplayOptions, context: CommandContext): Promise<ExitCode> {
  const client = createAdminClient(options, context)
  const body = toBody(options)
  if (options.yes !== true) return tell(await client.post('/replays', { ...body, dryRun: true }), options, context)
  const answer = await client.post('/replays', { ...body, dryRun: false })
  const started = readAnswer(replaySchema, answer)
  if (options.wait === false || started.status === 'finished') return report(answer, options, context)
  return report(await follow(client, started.id, started.planned, context), options, context)
}

function toBody(options: ReplayOptions): object {
  const isEvents = options.events === true
  const known: readonly (keyof ReplayOptions)[] = isEvents ? eventFilters : deliveryFilters
  for (const name of deliveryFilters) {
    if (options[name] !== undefined && !known.includes(name)) throw new UsageError(`--${name} does not go with --events.`)
  }
  const given = Object.fromEntries(known.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])))
  const isOne = options.id !== undefined || options.event !== undefined
  const filter = isEvents || isOne || options.status !== undefined ? given : { status: 'dead', ...given }
  return {
    [isEvents ? 'events' : 'deliveries']: filter,
    ...(options.repeatDelivered === true ? { repeatDelivered: true } : {}),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  }
}

function tell(answer: unknown, { json }: ReplayOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson(answer, context)
  const plan = readAnswer(replayPlanSchema, answer)
  const headings = [
    'destination',
    'missing',
    'pending',
    'delivered',
    'skipped',
    'dead',
    'replayed',
    'will be ignored',
    'may repeat',
    'superseded',
  ]
  const rows = plan.destinations.map((one) => [
    one.isConfigured ? one.destination : `${one.destination} (not configured)`,
    one.missing,
    one.pending,
    one.delivered,
    one.skipped,
    one.dead,
    one.replayed,
    one.willIgnore,
    one.mayRepeat,
    one.superseded,
  ])
  if (rows.length > 0) context.stdout.write(`${formatTable(headings, rows, context.stdout)}\n`)
  context.stdout.write(`${plan.replayed} of ${plan.matching} deliveries would be replayed.\n`)
  if (plan.exceedsLimit)
    context.stderr.write(`That is more than the limit of ${plan.limit}: narrow the filter, or set --limit.\n`)
  else if (plan.replayed > 0) context.stderr.write('Nothing was done. Add --yes to do it.\n')
  return plan.exceedsLimit ? 1 : 0
}

function report(answer: unknown, { json }: ReplayOptions, context: CommandContext): ExitCode {
  if (json === true) return writeJson(answer, context)
  const { id, status, replayed, planned } = readAnswer(replaySchema, answer)
  const rest = status === 'running' ? '; the relay goes on with the rest' : ''
  context.stdout.write(`replay ${id}: ${replayed} of ${planned} deliveries made due${rest}.\n`)
  return 0
}

/** Until it is finished, or the person has seen enough: the relay goes on by itself. */
async function follow(client: AdminClient, id: string, planned: number, context: CommandContext): Promise<unknown> {
  const signal = context.stopSignal()
  const progress = createProgressBar(context.stderr, planned)
  try {
    for (;;) {
      const answer = await client.get(`/replays/${id}`)
      const { status, replayed } = readAnswer(replaySchema, answer)
      progress.update(replayed)
      if (status === 'finished' || signal.aborted) return answer
      await wait(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    progress.stop()
  }
}
