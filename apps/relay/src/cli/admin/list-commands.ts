import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'
import { writeJson } from '../write-json.ts'
import type { AdminOptions } from './admin-client.ts'
import { createAdminClient } from './admin-client.ts'
import { auditSchema } from './audit-answer.ts'
import { erasuresSchema } from './erasure-answer.ts'
import { deliveriesSchema, eventsSchema } from './event-answer.ts'
import { findPerson } from './find-person.ts'
import type { Cell } from './format-table.ts'
import { formatTable } from './format-table.ts'
import { importsSchema } from './import-answer.ts'
import { quarantineSchema } from './quarantine-answer.ts'
import { readAnswer } from './read-answer.ts'
import { replaysSchema } from './replay-answer.ts'
import { statsSchema } from './stats-answer.ts'

/** A list's page and filters, as given on the command line. */
export type ListOptions = AdminOptions & Readonly<Record<string, string | number | boolean | undefined>>

/** What is shown of a list: one page. */
interface Shown {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly nextCursor: string | null
}

/** The lists of a running relay. */
export type ListName = 'events' | 'deliveries' | 'quarantine' | 'replays' | 'imports' | 'erasures' | 'audit'

const shows: Readonly<Record<ListName, (answer: unknown) => Shown>> = {
  events: showEvents,
  deliveries: showDeliveries,
  quarantine: showQuarantine,
  replays: showReplays,
  imports: showImports,
  erasures: showErasures,
  audit: showAudit,
}

/** Prints one page of a list, newest first. */
export async function list(name: ListName, options: ListOptions, context: CommandContext): Promise<ExitCode> {
  const { url, json, email, mobile, person, ...query } = options
  const client = createAdminClient(options, context)
  const named = await findPerson({ email: toText(email), mobile: toText(mobile), person: toText(person) }, client, context)
  const answer = await client.get(`/${name}`, { ...query, ...named })
  if (json === true) return writeJson(answer, context)
  const { headings, rows, nextCursor } = shows[name](answer)
  if (rows.length === 0) context.stderr.write('nothing found.\n')
  else context.stdout.write(formatTable(headings, rows, context.stdout))
  if (nextCursor !== null) context.stderr.write(`more: --cursor ${nextCursor}\n`)
  return 0
}

/** Dead letters: how many of each code, then one page of them. */
export async function deadLetters(options: ListOptions, context: CommandContext): Promise<ExitCode> {
  const query = { ...options, status: 'dead' }
  if (options.json === true) return list('deliveries', query, context)
  const { destinations } = readAnswer(statsSchema, await createAdminClient(options, context).get('/stats'))
  const groups = destinations
    .filter((one) => options['destination'] === undefined || options['destination'] === one.destination)
    .flatMap(({ destination, deadByCode }) => Object.entries(deadByCode).map(([code, count]) => [destination, code, count]))
    .filter(([, code]) => options['code'] === undefined || options['code'] === code)
  if (groups.length > 0) context.stdout.write(`${formatTable(['destination', 'code', 'dead letters'], groups, context.stdout)}\n`)
  return list('deliveries', query, context)
}

function showEvents(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(eventsSchema, answer)
  const rows = items.map(({ event, retailerName, receivedAt }) => [
    event.id,
    event.type,
    receivedAt,
    showRetailer(event.connection.retailer, retailerName ?? null),
    event.connection.id,
    event.customer.id,
  ])
  return { headings: ['event', 'type', 'received', 'retailer', 'connection', 'customer'], rows, nextCursor }
}

/** The id stays, as `--retailer` takes it. */
function showRetailer(id: string | null, name: string | null): string | null {
  return name === null || name === id ? id : `${name} (${id})`
}

function showDeliveries(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(deliveriesSchema, answer)
  const rows = items.map(({ id, destination, eventType, eventId, status, attempts, dueAt, settledAt, error }) => {
    const what = error === null ? null : `${error.code}: ${error.message}`
    return [id, destination, eventType, eventId, status, attempts, settledAt ?? dueAt, what]
  })
  return {
    headings: ['delivery', 'destination', 'type', 'event', 'status', 'attempts', 'settled or due', 'error'],
    rows,
    nextCursor,
  }
}

function showQuarantine(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(quarantineSchema, answer)
  const rows = items.map(({ id, reason, fields, receivedAt, count, bytes }) => [
    id,
    reason,
    fields.join(', '),
    receivedAt,
    count,
    bytes,
  ])
  return { headings: ['id', 'reason', 'fields', 'received', 'times', 'bytes'], rows, nextCursor }
}

function showReplays(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(replaysSchema, answer)
  const rows = items.map(({ id, status, createdAt, actor, replayed, planned }) => [
    id,
    status,
    createdAt,
    actor,
    `${replayed}/${planned}`,
  ])
  return { headings: ['replay', 'status', 'created', 'by', 'made due'], rows, nextCursor }
}

function showImports(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(importsSchema, answer)
  const rows = items.map(({ id, status, createdAt, actor, source, dryRun, connections, purchases }) => [
    id,
    status,
    createdAt,
    actor,
    dryRun ? `${source}, dry run` : source,
    `${connections.done}/${connections.total}`,
    purchases.new,
    purchases.known,
    purchases.refused,
  ])
  const headings = ['import', 'status', 'created', 'by', 'of', 'connections', 'new', 'known', 'refused']
  return { headings, rows, nextCursor }
}

function showErasures(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(erasuresSchema, answer)
  const rows = items.map(({ id, status, createdAt, actor, by, block, events, deliveries, quarantined }) => [
    id,
    status,
    createdAt,
    actor,
    by,
    block ? 'yes' : 'no',
    events,
    deliveries,
    quarantined,
  ])
  const headings = ['erasure', 'status', 'created', 'by', 'found by', 'drops later', 'events', 'deliveries', 'quarantined']
  return { headings, rows, nextCursor }
}

function showAudit(answer: unknown): Shown {
  const { items, nextCursor } = readAnswer(auditSchema, answer)
  return {
    headings: ['when', 'who', 'what', 'to what'],
    rows: items.map((one) => [one.at, one.actor, one.action, one.subject]),
    nextCursor,
  }
}

function toText(option: string | number | boolean | undefined): string | undefined {
  return option === undefined ? undefined : String(option)
}
