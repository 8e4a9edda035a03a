import { randomUUID } from 'node:crypto'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { Clock } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { ImportDeferral, ImportPart, ImportProgress } from '../store/imports-store.ts'
import type { Store } from '../store/store.ts'
import type { FeedWindowOptions } from './feed-window.ts'
import { createFeedWindow } from './feed-window.ts'
import type { ImportFailure } from './import-failure.ts'
import { classifyImportFailure } from './import-failure.ts'
import type { ReadConnection } from './read-import-page.ts'
import { ImportPageError, readImportPage } from './read-import-page.ts'
import { createStepRunner } from './step-runner.ts'

/** Reads the purchases of recorded imports, page by page. */
export interface ImportRunner {
  /** Goes on with what is recorded and unfinished: at the start, and after a new import was recorded. */
  wake(): void
  /** Tries at once what waits after a failure or for a person. */
  hurry(): Promise<void>
  /** Does nothing more; resolves when what it was doing is stored or given up. The rest goes on at the next start. */
  stop(): Promise<void>
}

/** What the runner works with. */
export interface ImportRunnerOptions {
  readonly store: Store
  /** `undefined`: no key is configured, and imports that are unfinished wait for one. */
  readonly api: SubtotalApi | undefined
  readonly destinations: readonly string[]
  readonly events: RelayEvents
  readonly clock: Clock
  readonly running: FeedWindowOptions['running']
  /** So many events have deliveries waiting. */
  readonly onStored: (count: number) => void
}

const firstBackoffMs = 1_000
const heldRetryMs = 60_000
const longestBackoffMs = 300_000
const leastIntervalMs = 10
const longestIntervalMs = 1_000
/** Pages may take a quarter of the store's time. */
const intervalFactor = 3
const waitMs = 50
/** In a row, while other calls succeed. */
const mostFailures = 10
/** Longer than the calls for a page take. What took longer all the same is recorded by whoever has it first. */
const leaseMs = 300_000
/** A customer's id or email may change while a long import waits. */
const connectionAgeMs = 600_000

const withoutKey = {
  code: 'ERR_CONFIGURATION',
  message: 'SUBTOTAL_API_KEY is not set. Set it and start the relay again; the import goes on.',
} as const

function backoffMs(failures: number): number {
  return Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1))
}

/** A runner that does nothing until woken. */
export function createImportRunner(options: ImportRunnerOptions): ImportRunner {
  const { store, api, events, clock, onStored } = options
  const stopping = new AbortController()
  const leaseToken = randomUUID()
  let lastImport = '0'
  /** The part that nobody else may read now. */
  let leased: ImportPart | undefined
  let lastRead: { readonly partId: number; readonly read: ReadConnection } | undefined
  let failures = 0
  let succeededAt = Number.NEGATIVE_INFINITY
  /** `undefined`: not known since the start. */
  let isHeld: boolean | undefined
  const feed = createFeedWindow(options)

  function onAnswer(): void {
    succeededAt = clock.now()
  }

  async function succeed(): Promise<void> {
    failures = 0
    if (isHeld !== false) await store.holdImports(null)
    if (isHeld === true) events.emit('import:resumed')
    isHeld = false
  }

  async function readConnection(part: ImportPart, subtotal: SubtotalApi): Promise<ReadConnection> {
    if (lastRead?.partId === part.id && clock.now() - lastRead.read.readAt < connectionAgeMs) return lastRead.read
    const found = await subtotal.connections.get(part.subject, { signal: stopping.signal })
    onAnswer()
    const read = { ...found, id: part.subject, readAt: clock.now() }
    lastRead = { partId: part.id, read }
    return read
  }

  async function resolveCustomer(part: ImportPart, subtotal: SubtotalApi): Promise<number> {
    const customer = { customerId: part.subject }
    const found = await subtotal.connections.list(customer, { signal: stopping.signal })
    onAnswer()
    const nobody = { code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'Subtotal knows no connection of this customer.' }
    const refusals = found.length === 0 ? [{ connectionId: null, purchaseId: null, ...nobody }] : []
    const connectionIds = found.map(({ id }) => id)
    const request = { importId: part.importId, partId: part.id, connectionIds, refusals, now: clock.now() }
    tell(part, await store.resolveImportCustomer(request), 0)
    return 0
  }

  async function readPage(part: ImportPart, subtotal: SubtotalApi): Promise<number> {
    const connection = await readConnection(part, subtotal)
    const page = await readImportPage({
      part,
      connection,
      api: subtotal,
      store,
      now: () => clock.now(),
      signal: stopping.signal,
      onAnswer,
      givesUp: () => hasFailedAlone(part),
    })
    const destinations = part.settings.destinations ?? options.destinations
    const now = clock.now()
    const startedAt = clock.elapsed()
    const progress = await store.recordImportPage({
      ...page,
      importId: part.importId,
      partId: part.id,
      readFrom: part.cursor,
      destinations,
      now,
    })
    if (progress.stored > 0) {
      feed.fed(now)
      onStored(progress.stored)
    }
    tell(part, progress, page.refusals.length)
    const tookMs = clock.elapsed() - startedAt
    return Math.min(longestIntervalMs, Math.max(leastIntervalMs, intervalFactor * tookMs))
  }

  function tell({ importId, settings }: ImportPart, progress: ImportProgress, refused: number): void {
    if (progress.isCancelled) return
    const { stored, known } = progress
    if (!settings.isDryRun) events.emit('import:advanced', { importId, stored, known, refused })
    if (progress.isFinished) events.emit('import:finished', { importId })
  }

  /** It fails while others succeed: the fault is with it. */
  function hasFailedAlone({ failures: times, failedAt }: ImportPart): boolean {
    return times >= mostFailures - 1 && failedAt !== null && succeededAt > failedAt
  }

  async function handle(part: ImportPart, failure: ImportFailure): Promise<number | undefined> {
    switch (failure.kind) {
      case 'aborted':
        return undefined
      case 'held':
        await hold(failure)
        await setAside(part, { failedAt: null, dueAt: clock.now() + heldRetryMs })
        return heldRetryMs
      case 'refused':
        await refusePart(part, failure)
        return 0
      case 'passing': {
        if (hasFailedAlone(part)) {
          await refusePart(part, { code: failure.code, message: 'Subtotal fails for this connection again and again.' })
          return 0
        }
        failures += 1
        events.emit('import:failed', { importId: part.importId, code: failure.code })
        const now = clock.now()
        const partDelayMs = Math.max(failure.retryAfterMs, backoffMs(part.failures + 1))
        await setAside(part, { failedAt: now, dueAt: now + partDelayMs })
        return Math.max(failure.retryAfterMs, backoffMs(failures))
      }
    }
  }

  async function setAside(part: ImportPart, when: Pick<ImportDeferral, 'failedAt' | 'dueAt'>): Promise<void> {
    await store.deferImportPart({ partId: part.id, leaseToken, now: clock.now(), ...when })
    leased = undefined
  }

  /** What cannot be given back is free when its lease ends. */
  async function giveBack(): Promise<void> {
    if (leased !== undefined) await setAside(leased, { failedAt: null, dueAt: 0 }).catch(() => undefined)
  }

  /** A refused key may be a refused token of one connection: then the key still opens the connection itself. */
  async function classify(part: ImportPart, error: unknown, subtotal: SubtotalApi): Promise<ImportFailure> {
    const failure = error instanceof ImportPageError ? error.failure : classifyImportFailure(error)
    if (failure.kind !== 'held' || failure.code !== 'ERR_SUBTOTAL_CREDENTIALS' || lastRead?.partId !== part.id) return failure
    try {
      await subtotal.connections.get(part.subject, { signal: stopping.signal })
      onAnswer()
      return { kind: 'passing', code: failure.code, retryAfterMs: 0 }
    } catch {
      return failure
    }
  }

  async function hold(reason: { readonly code: string; readonly message: string }): Promise<void> {
    await store.holdImports({ code: reason.code, message: reason.message })
    if (isHeld !== true) events.emit('import:held', { code: reason.code })
    isHeld = true
  }

  /** Of a customer too: what it names is not told. */
  async function refusePart(part: ImportPart, { code, message }: { readonly code: string; readonly message: string }) {
    const isCustomer = part.kind === 'customer'
    const refusals = [{ connectionId: isCustomer ? null : part.subject, purchaseId: null, code, message }]
    const common = { importId: part.importId, partId: part.id, refusals, now: clock.now() }
    const progress = isCustomer
      ? await store.resolveImportCustomer({ ...common, connectionIds: [] })
      : await store.recordImportPage({
          ...common,
          readFrom: part.cursor,
          cursor: part.cursor,
          isLast: true,
          events: [],
          destinations: [],
          known: 0,
          found: 0,
        })
    leased = undefined
    tell(part, progress, 0)
  }

  /** How long to wait before the next step; `undefined`: nothing is left. */
  async function step(): Promise<number | undefined> {
    const now = clock.now()
    // Whoever cannot read keeps nobody else from it.
    const leaseUntil = api === undefined ? now : now + leaseMs
    const { part, dueAt } = await store.nextImportPart({ afterImport: lastImport, now, leaseToken, leaseUntil })
    leased = part ?? undefined
    if (part === null) return dueAt === null ? undefined : Math.max(leastIntervalMs, dueAt - clock.now())
    if (api === undefined) {
      await hold(withoutKey)
      return undefined
    }
    if (await feed.isBehind(part.settings)) return waitMs
    lastImport = part.importId
    try {
      const delayMs = await (part.kind === 'customer' ? resolveCustomer(part, api) : readPage(part, api))
      leased = undefined
      await succeed()
      return delayMs
    } catch (error) {
      return handle(part, await classify(part, error, api))
    }
  }

  const runner = createStepRunner({
    clock,
    step,
    onFailure: (error) => events.emit('import:failed', { importId: lastImport, code: errorCodeOf(error) }),
  })

  return {
    wake: runner.hurry,
    async hurry() {
      await store.holdImports(null)
      await store.hurryImports()
      failures = 0
      runner.hurry()
    },
    async stop() {
      stopping.abort()
      await runner.stop()
      await giveBack()
    },
  }
}
