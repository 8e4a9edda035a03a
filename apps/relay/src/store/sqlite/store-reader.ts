import type { Store } from '../store.ts'

/**
 * What people ask of the store that has to look at many rows. A threaded store answers it in a thread of its own, from a connection that
 * only reads, so that neither webhooks nor deliveries wait for it. Each answer holds what was committed when the question came.
 */
export type StoreReader = Pick<
  Store,
  | 'listDeliveries'
  | 'listEvents'
  | 'findEvent'
  | 'findDelivery'
  | 'listQuarantine'
  | 'findQuarantined'
  | 'listAudit'
  | 'listActivity'
  | 'replayEnd'
  | 'surveyReplay'
  | 'deadLetterCounts'
  | 'surveyReceipts'
  | 'findPerson'
  | 'surveyPerson'
  | 'findPersonId'
>
