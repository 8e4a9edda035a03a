import { ConfigurationError } from '../../config/configuration-error.ts'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import type { SchemaChange } from '../schema-change.ts'
import type { Store } from '../store.ts'

/** What the thread of a store is started with. */
export interface StoreThreadData {
  readonly path: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly minFreeBytes?: number
  readonly enrichment?: EnrichmentSettings
  readonly encryption?: EncryptionKeys
  readonly orderedDestinations?: readonly string[]
}

/** What can be called in the thread: a store in one file shares nothing with other relays. */
export type StoreCalls = Omit<Store, 'sharing' | 'endUpkeep' | 'abandon'>

/** A method call on its way to the thread of the store. */
export interface StoreCall {
  readonly id: number
  readonly method: keyof StoreCalls
  readonly args: readonly unknown[]
}

/** What became of a call. The answer to the opening has the id 0. */
export type StoreAnswer =
  | { readonly id: number; readonly isDone: true; readonly result: never }
  | { readonly id: number; readonly isDone: false; readonly error: SentError }

/** What a thread tells unasked, while it opens the store. */
export interface StoreNotice {
  readonly schemaChange: SchemaChange
}

/** An error as it goes from one thread to the other. */
interface SentError {
  readonly name: string
  readonly code: string
  readonly message: string
}

/** What is kept of an error between threads: its name, its code and its message. */
export function sendError(error: unknown): SentError {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)]
  return { name, code: errorCodeOf(error), message }
}

/** The error again: of the same name, code and message, and a `ConfigurationError` if it was one. */
export function receiveError({ name, code, message }: SentError): Error {
  if (name === 'ConfigurationError') return new ConfigurationError(message)
  return Object.assign(new Error(message), { name, code })
}
