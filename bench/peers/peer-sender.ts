/** What every sender is made from: the same for ours and for the peers. */
export interface PeerSetup {
  readonly destination: Destination
  /** The loopback server's origin. */
  readonly baseUrl: string
  /** Folder with the inputs that {@link writeInputs} wrote. */
  readonly inputs: string
  /** Events in one request. */
  readonly batchSize: number
}

/** A library, ready to send; what it needed to start is done. */
export interface PeerSender {
  /** One call for each batch; it rejects unless every event of the batch was accepted. */
  readonly batches: readonly (() => Promise<void>)[]
  close(): Promise<void>
}

/** Whose API is spoken to. */
export type Destination = 'klaviyo' | 'braze' | 'customerio'

/** Splits a list into lists of at most `size`. */
export function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}

/** Throws unless all of a batch were accepted. */
export function assertAccepted(accepted: number, sent: number): void {
  if (accepted !== sent) throw new Error(`Only ${accepted} of ${sent} events were accepted.`)
}
