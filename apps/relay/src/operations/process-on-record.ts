import type { Clock } from '../clock/clock.ts'
import type { PageRequest } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { ProcessedPage, ProcessedWebhook } from './process-quarantine.ts'
import { processManyQuarantined, processQuarantined } from './process-quarantine.ts'

/** What processing again works with when a person asks for it. */
export interface RecordedProcessing {
  readonly store: Store
  readonly destinations: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  /** So many new events have deliveries waiting. */
  readonly onStored: (count: number) => void
  readonly actor: string
}

/** As `processQuarantined`, after putting it on record. */
export async function processOnRecord(id: string, options: RecordedProcessing): Promise<ProcessedWebhook | undefined> {
  await audit(options, `quarantined webhook ${id}`)
  const processed = await processQuarantined(id, toOptions(options))
  if (processed?.result === 'stored') options.onStored(1)
  return processed
}

/** As `processManyQuarantined`, after putting it on record. */
export async function processManyOnRecord(page: PageRequest, options: RecordedProcessing): Promise<ProcessedPage> {
  await audit(options, 'quarantined webhooks')
  const processed = await processManyQuarantined(page, toOptions(options))
  if (processed.counts.stored > 0) options.onStored(processed.counts.stored)
  return processed
}

function audit({ store, clock, actor }: RecordedProcessing, subject: string): Promise<void> {
  return store.audit({ at: clock.now(), actor, action: 'process', subject })
}

function toOptions({ store, destinations, clock }: RecordedProcessing): Parameters<typeof processQuarantined>[1] {
  return { store, destinations, now: () => clock.now() }
}
