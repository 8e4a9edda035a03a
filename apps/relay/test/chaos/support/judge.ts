import { destinationNames } from '../../../src/demo/arrival-keys.ts'
import type { ChaosStore } from './chaos-store.ts'
import { numberOf } from './chaos-store.ts'
import type { Oracle } from './oracle.ts'

/** What became of what was acknowledged. All but `acknowledged` count deliveries: one for each event and destination. */
export interface Counts {
  /** Events answered 202. */
  readonly acknowledged: number
  readonly delivered: number
  readonly dead: number
  readonly waiting: number
  /** Neither arrived, nor dead, nor waiting; or not in the store; or stored with other content. */
  readonly lost: number
  /** Arrivals beyond the first. */
  readonly duplicates: number
}

/** A look at a store after its relay has ended. */
export interface Judgement extends Counts {
  /** Deliveries whose lease nobody has given back. */
  readonly leased: number
  /** Waiting deliveries due in more than an hour. */
  readonly farOff: number
  /** Failed attempts on record. */
  readonly attempts: number
  /** The most failed attempts of one delivery. */
  readonly mostAttempts: number
}

interface DeliveryRow {
  readonly event_id: string
  readonly content_hash: string
  readonly destination: string
  readonly status: string
  readonly due_at: number
  readonly lease_token: string | null
  readonly attempts: number
}

const hourMs = 3_600_000
const deliveries = `SELECT e.event_id, e.content_hash, d.destination, d.status, d.due_at, d.lease_token, d.attempts
  FROM events e JOIN deliveries d ON d.event_seq = e.seq`

/**
 * Compares the store with what the oracle knows: I1 (conservation) and I2 (nothing acknowledged is missing or changed). A delivery that
 * the relay calls delivered and that never arrived is lost. `names`: the destinations that were on.
 */
export async function judge(
  store: Pick<ChaosStore, 'each'>,
  oracle: Oracle,
  { names = destinationNames, now = Date.now() }: { names?: readonly (typeof destinationNames)[number][]; now?: number } = {},
): Promise<Judgement> {
  const statuses = new Map<string, string>()
  const hashes = new Map<string, string>()
  const tally = { delivered: 0, dead: 0, waiting: 0, lost: 0, leased: 0, farOff: 0, mostAttempts: 0 }
  await store.each<DeliveryRow>(deliveries, (row) => {
    statuses.set(`${row.event_id} ${row.destination}`, row.status)
    hashes.set(row.event_id, row.content_hash)
    if (row.lease_token !== null) tally.leased += 1
    if (row.status === 'pending' && row.due_at > now + hourMs) tally.farOff += 1
    if (row.status !== 'delivered') tally.mostAttempts = Math.max(tally.mostAttempts, row.attempts)
    else tally.mostAttempts = Math.max(tally.mostAttempts, row.attempts - 1)
  })
  for (const sent of oracle.sent) {
    if (!sent.isAcknowledged) continue
    for (const name of names) {
      const status = hashes.get(sent.id) === sent.contentHash ? statuses.get(`${sent.id} ${name}`) : undefined
      if (status === 'dead') tally.dead += 1
      else if (status === 'pending') tally.waiting += 1
      else if (status === 'delivered' && oracle.arrivals(name, sent.key) > 0) tally.delivered += 1
      else tally.lost += 1
    }
  }
  const attempts = await numberOf(store, 'SELECT count(*) FROM attempts')
  return { ...tally, acknowledged: oracle.acknowledged(), duplicates: oracle.duplicates(), attempts }
}
