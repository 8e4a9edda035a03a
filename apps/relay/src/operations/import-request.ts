import { z } from 'zod'
import { isUsableId } from '../ingest/usable-id.ts'
import type { ImportSettings, ImportSource } from '../store/imports-store.ts'
import { describeIssue } from './describe-issue.ts'
import { endOf, isTime, startOf } from './time-range.ts'

/** An import as it is asked for. */
export interface ImportRequest {
  readonly source: ImportSource
  readonly settings: ImportSettings
}

/** What cannot be asked for. The message names the field, and holds no value. */
export class ImportRequestError extends Error {
  override readonly name: string = 'ImportRequestError'
}

/** The most connections that one import reads. */
const maxConnections = 20_000

const id = z.string().trim().min(1).max(512).refine(isUsableId, 'must be an id')
const time = z.string().refine(isTime, 'must be a date or a time as ISO 8601')
const requestSchema = z.strictObject({
  customer: id.exactOptional(),
  connection: id.exactOptional(),
  connections: z.array(id).min(1).max(maxConnections).exactOptional(),
  missed: z.boolean().default(false),
  since: time.exactOptional(),
  until: time.exactOptional(),
  destinations: z.array(z.string()).min(1).exactOptional(),
  dryRun: z.boolean().default(false),
})

/**
 * Reads a request for an import. `configured`: the destinations there are; others are refused, as nothing would deliver to them. Throws
 * an {@link ImportRequestError}.
 */
export function readImportRequest(body: unknown, configured: readonly string[]): ImportRequest {
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) throw new ImportRequestError(describeIssue(parsed.error.issues[0]))
  const { customer, connection, connections, missed, since, until, destinations, dryRun } = parsed.data
  const sources: readonly ImportSource[] = [
    ...(customer === undefined ? [] : [{ kind: 'customer', customerId: customer } as const]),
    ...(connection === undefined ? [] : [{ kind: 'connections', connectionIds: [connection] } as const]),
    ...(connections === undefined ? [] : [{ kind: 'connections', connectionIds: [...new Set(connections)] } as const]),
    ...(missed ? [{ kind: 'known' } as const] : []),
  ]
  const [source] = sources
  if (source === undefined || sources.length > 1) {
    throw new ImportRequestError('Give one of "customer", "connection", "connections" and "missed".')
  }
  const period = { since: since === undefined ? null : startOf(since), until: until === undefined ? null : endOf(until) }
  if (period.since !== null && period.until !== null && period.since > period.until) {
    throw new ImportRequestError('"until" is before "since".')
  }
  checkDestinations(destinations, configured)
  const chosen = destinations === undefined ? null : configured.filter((name) => destinations.includes(name))
  return { source, settings: { isDryRun: dryRun, isMissed: missed, ...period, destinations: chosen } }
}

function checkDestinations(destinations: readonly string[] | undefined, configured: readonly string[]): void {
  if (destinations?.some((name) => !configured.includes(name)) !== true) return
  throw new ImportRequestError(`"destinations" must be among ${configured.join(', ')}.`)
}
