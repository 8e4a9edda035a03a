import { setTimeout as wait } from 'node:timers/promises'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { createProgressBar } from '../progress-bar.ts'
import { readInput } from '../read-input.ts'
import { UsageError } from '../usage-error.ts'
import { writeJson } from '../write-json.ts'
import type { AdminClient, AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import type { ImportDetailAnswer } from './import-answer.ts'
import { askedImportSchema, importDetailSchema } from './import-answer.ts'
import { readAnswer } from './read-answer.ts'
import { readConnections } from './read-connections.ts'

/** What `backfill` can be told. Exactly one of `customer`, `connection`, `fromFile` and `missed` is given. */
export interface BackfillOptions extends AdminOptions {
  readonly customer?: string
  readonly connection?: string
  /** A CSV file of connections. */
  readonly fromFile?: string
  readonly missed?: boolean
  readonly since?: string
  readonly until?: string
  readonly destination?: readonly string[]
  readonly dryRun?: boolean
  /** Do not stay until it has ended. */
  readonly wait?: boolean
}

/** What is asked for, and whether a part of it could not be. */
interface Asked {
  readonly body: object
  readonly hasBadLines: boolean
}

const pollMs = 500
const shownBadLines = 20

/** `subtotal-relay backfill`: has a running relay read purchases from Subtotal. Fails when something was refused or waits for a person. */
export async function backfill(options: BackfillOptions, context: CommandContext): Promise<ExitCode> {
  const { body, hasBadLines } = await toBody(options, context)
  const client = createAdminClient(options, context)
  const answer = await client.post('/imports', body)
  const asked = readAnswer(askedImportSchema, answer)
  if (!('id' in asked)) {
    if (options.json === true) writeJson(answer, context)
    else context.stdout.write(`${asked.message}\n`)
    return 0
  }
  if (options.wait === false) {
    if (options.json === true) writeJson(answer, context)
    else context.stdout.write(`import ${asked.id} goes on in the relay. See it with: subtotal-relay imports show ${asked.id}\n`)
    return hasBadLines ? 1 : 0
  }
  const ended = await follow(client, asked.id, context)
  if (options.json === true) writeJson(ended.answer, context)
  else report(ended.import, context)
  return isComplete(ended.import) && !hasBadLines ? 0 : 1
}

async function toBody(options: BackfillOptions, context: CommandContext): Promise<Asked> {
  const { customer, connection, fromFile, missed, since, until, destination, dryRun } = options
  const given = [customer, connection, fromFile, missed].filter((value) => value !== undefined)
  if (given.length !== 1) throw new UsageError('Give one of --customer, --connection, --from-file and --missed.')
  const common = {
    ...(customer === undefined ? {} : { customer }),
    ...(connection === undefined ? {} : { connection }),
    ...(missed === undefined ? {} : { missed }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(destination === undefined ? {} : { destinations: destination }),
    ...(dryRun === undefined ? {} : { dryRun }),
  }
  if (fromFile === undefined) return { body: common, hasBadLines: false }
  const { connectionIds, badLines } = readConnections((await readInput(fromFile, context.cwd)).toString('utf8'), fromFile)
  for (const { line, reason } of badLines.slice(0, shownBadLines)) context.stderr.write(`${fromFile}:${line} ${reason}.\n`)
  if (badLines.length > shownBadLines) context.stderr.write(`… and ${badLines.length - shownBadLines} lines more.\n`)
  if (connectionIds.length === 0) throw new UsageError(`${fromFile} names no connection.`)
  return { body: { ...common, connections: connectionIds }, hasBadLines: badLines.length > 0 }
}

interface Followed {
  readonly import: ImportDetailAnswer
  readonly answer: unknown
}

/** Until it has ended or waits for a person, or the person here has seen enough: the relay goes on by itself. */
async function follow(client: AdminClient, id: string, context: CommandContext): Promise<Followed> {
  const signal = context.stopSignal()
  const progress = createProgressBar(context.stderr, 1)
  try {
    for (;;) {
      const answer = await client.get(`/imports/${id}`)
      const found = readAnswer(importDetailSchema, answer)
      const { connections, purchases } = found
      progress.update(connections.done, { total: Math.max(1, connections.total), note: counted(purchases.seen, 'purchase') })
      if (found.status !== 'running' || signal.aborted) return { import: found, answer }
      await wait(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    progress.stop()
  }
}

function isComplete({ status, connections, purchases }: ImportDetailAnswer): boolean {
  return (status === 'finished' || status === 'running') && connections.refused === 0 && purchases.refused === 0
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function report(
  { id, status, dryRun, since, source, held, connections, purchases, refusals }: ImportDetailAnswer,
  context: CommandContext,
): void {
  const { stdout, stderr } = context
  const is = dryRun ? 'would be new' : 'new'
  const from = source === 'missed' && since !== null ? ` since ${since}` : ''
  stdout.write(
    `import ${id}: ${counted(purchases.seen, 'purchase')} of ${counted(connections.done, 'connection')}${from}: ${purchases.new} ${is}, ${purchases.known} known, ${purchases.refused} refused.\n`,
  )
  if (connections.refused > 0) stdout.write(`${connections.refused} of ${counted(connections.total, 'connection')} refused.\n`)
  for (const { code, message, count } of refusals) stdout.write(`  ${count} × ${code}: ${message}\n`)
  if (dryRun) stderr.write('Nothing was done. Leave --dry-run out to do it.\n')
  if (status === 'running') stderr.write('The relay goes on with the rest.\n')
  if (status === 'cancelled') stderr.write('It was cancelled.\n')
  if (held !== null) {
    stderr.write(
      `It waits: ${held.message} (${held.code})\nThe relay tries again every minute, or now: subtotal-relay imports resume ${id}\n`,
    )
  }
}
