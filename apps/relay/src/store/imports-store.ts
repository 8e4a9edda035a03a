import type { AuditEntry, Page, PageRequest } from './records.ts'
import type { IncomingEvent } from './store.ts'

/** Whose purchases an import reads from Subtotal. */
export type ImportSource =
  /** Every connection of a customer. */
  | { readonly kind: 'customer'; readonly customerId: string }
  | { readonly kind: 'connections'; readonly connectionIds: readonly string[] }
  /** Every connection that the store knows. */
  | { readonly kind: 'known' }

/** Which purchases an import takes, and where they go. Times are milliseconds since 1970; `null`: no bound. */
export interface ImportSettings {
  /** Only count: nothing is stored. */
  readonly isDryRun: boolean
  /** The period means when Subtotal recorded a purchase, not only when it was made. */
  readonly isMissed: boolean
  readonly since: number | null
  readonly until: number | null
  /** Only these get deliveries; `null`: every destination. */
  readonly destinations: readonly string[] | null
}

/** An import to record. */
export interface NewImport {
  readonly at: number
  readonly actor: string
  readonly source: ImportSource
  readonly settings: ImportSettings
}

/** Something that could not be imported, and why; nothing of it is a person's data. */
export interface ImportRefusal {
  /** `null`: of a customer who has none. */
  readonly connectionId: string | null
  /** `null`: the whole connection. */
  readonly purchaseId: string | null
  readonly code: string
  readonly message: string
}

/** How far an import is. */
interface ImportCounts {
  /** Known so far: a customer's are only found while it runs. */
  readonly connections: number
  readonly connectionsDone: number
  readonly connectionsRefused: number
  readonly pages: number
  /** Purchases that are stored now; of a dry run: would be. */
  readonly new: number
  readonly known: number
  readonly refused: number
}

/** Why an import waits for a person. */
interface ImportHold {
  readonly code: string
  readonly message: string
}

/** An import as people see it. */
export interface ImportRecord {
  readonly id: string
  readonly createdAt: number
  readonly actor: string
  readonly kind: ImportSource['kind']
  readonly settings: ImportSettings
  readonly counts: ImportCounts
  readonly held: ImportHold | null
  readonly isCancelled: boolean
  readonly finishedAt: number | null
}

/** What was refused: how many of each code, and the first few by name. */
export interface ImportRefusals {
  readonly counts: readonly { readonly code: string; readonly message: string; readonly count: number }[]
  readonly first: readonly ImportRefusal[]
}

/** A part of an import: a connection and how far its purchases are read, or a customer whose connections are not known yet. */
export interface ImportPart {
  readonly id: number
  readonly importId: string
  readonly kind: 'customer' | 'connection'
  /** The id at Subtotal. */
  readonly subject: string
  /** The last purchase that was looked at; `null` before the first page. */
  readonly cursor: string | null
  /** In a row. */
  readonly failures: number
  readonly failedAt: number | null
  readonly settings: ImportSettings
}

/** A request for something to do. */
export interface ImportWorkRequest {
  readonly afterImport: string
  readonly now: number
  /** Until then, or until it is recorded or set aside, nobody with another token gets the same part. */
  readonly leaseUntil: number
  readonly leaseToken: string
}

/** The part to go on with, or when there is one. */
export interface ImportWork {
  readonly part: ImportPart | null
  /** When to ask again, if no part is due now that nobody else has; `null`: nothing is left. */
  readonly dueAt: number | null
}

/** A part to set aside. */
export interface ImportDeferral {
  readonly partId: number
  /** With which it was got. */
  readonly leaseToken: string
  /** By a failure that counts; `null`: through no fault of its own. */
  readonly failedAt: number | null
  readonly dueAt: number
  readonly now: number
}

/** A page of a connection's purchases that was read and is to be recorded. */
export interface ImportPage {
  readonly importId: string
  readonly partId: number
  /** The part's cursor when the page was read. */
  readonly readFrom: string | null
  /** The last purchase that was looked at. */
  readonly cursor: string | null
  /** Nothing of the connection is left. */
  readonly isLast: boolean
  readonly events: readonly IncomingEvent[]
  readonly destinations: readonly string[]
  /** Purchases that were known before they were read. */
  readonly known: number
  /** Of a dry run: purchases that would be stored. */
  readonly found: number
  readonly refusals: readonly ImportRefusal[]
  readonly now: number
}

/** What recording did. */
export interface ImportProgress {
  /** Events that are stored now and were not before. */
  readonly stored: number
  readonly known: number
  /** The whole import is done. */
  readonly isFinished: boolean
  /** Somebody cancelled it, erased the person it is about, or recorded the same before: nothing was recorded. */
  readonly isCancelled: boolean
}

/** When webhooks came in, of a part of what is stored. */
export interface ReceiptSurvey {
  readonly times: readonly number[]
  /** Where the next older part begins; `null` after the last. */
  readonly next: number | null
}

/** What is kept of imports. Part of the `Store`, with its promises. */
export interface ImportsStore {
  /** Records an import and who asked for it. One that is the same and still runs is returned instead, with `isNew` false. */
  addImport(request: NewImport): Promise<{ readonly import: ImportRecord; readonly isNew: boolean }>
  /** The next part that is due, of the first unfinished import after `afterImport`, else of the first of all; leased to the caller. */
  nextImportPart(request: ImportWorkRequest): Promise<ImportWork>
  /** Replaces a customer by their connections; those that the import has already are not added twice. */
  resolveImportCustomer(request: {
    readonly importId: string
    readonly partId: number
    readonly connectionIds: readonly string[]
    readonly refusals: readonly ImportRefusal[]
    readonly now: number
  }): Promise<ImportProgress>
  /** Stores the events of a page, their deliveries and how far the import is, in one transaction, synced: a kill repeats nothing. */
  recordImportPage(page: ImportPage): Promise<ImportProgress>
  /** Sets a part aside, unless somebody else has got it meanwhile. */
  deferImportPart(deferral: ImportDeferral): Promise<void>
  /** Says of every unfinished import why it waits; `null`: none does. */
  holdImports(hold: ImportHold | null): Promise<void>
  /** Makes every part that was set aside due. */
  hurryImports(): Promise<void>
  /** Ends an unfinished import, and puts it on record if it did. `undefined`: there is none with this id. */
  cancelImport(request: { readonly id: string; readonly audit: AuditEntry }): Promise<ImportRecord | undefined>
  listImports(page: PageRequest): Promise<Page<ImportRecord>>
  findImport(id: string): Promise<ImportRecord | undefined>
  importRefusals(id: string): Promise<ImportRefusals>
  /** Which of these idempotency keys the store has events of. */
  knownEvents(idempotencyKeys: readonly string[]): Promise<readonly string[]>
  /** When webhooks came in, the newest first, without what was imported. `before`: what the part before answered as `next`. */
  surveyReceipts(before: number | null): Promise<ReceiptSurvey>
}
