import { errorCodeOf } from '../observability/error-code-of.ts'
import { remedyOf } from './postgres/remedies.ts'

/** What may be told of a call of the store that failed: nothing of it is a secret or a person's data. */
export interface StoreFailure {
  readonly code: string
  /** What is wrong and what to do, where that is known. */
  readonly remedy?: string
}

/** What may be told of an error of the store's. */
export function storeFailureOf(error: unknown): StoreFailure {
  const remedy = remedyOf(error)
  return { code: errorCodeOf(error), ...(remedy === undefined ? {} : { remedy }) }
}
