/** A table that is moved, in parts along its key. */
export interface MovedTable {
  readonly name: string
  /** The columns of its primary key, by which both stores keep it in the same order. */
  readonly key: readonly string[]
  /** Columns that are not moved: they mean nothing elsewhere. */
  readonly left?: readonly string[]
  /** Columns that only the target has, with what they get. */
  readonly added?: Readonly<Record<string, number>>
  /** The column whose numbers the target goes on with. */
  readonly identity?: string
}

/**
 * What is moved, in this order: what others point to comes first. Counts are kept by the target itself. `ordered_destinations` is left to
 * the relays that start there.
 */
export const movedTables: readonly MovedTable[] = [
  { name: 'store_keys', key: ['name'] },
  { name: 'encryption_keys', key: ['id'] },
  { name: 'events', key: ['seq'], identity: 'seq' },
  { name: 'event_versions', key: ['id'], identity: 'id' },
  { name: 'deliveries', key: ['id'], identity: 'id', left: ['lease_token'] },
  { name: 'attempts', key: ['delivery_id', 'number'] },
  { name: 'connection_history', key: ['connection_id', 'order_key'] },
  { name: 'connection_contacts', key: ['connection_id'] },
  { name: 'person_index', key: ['person_id', 'connection_id', 'customer_id'] },
  { name: 'identity_arrivals', key: ['id'], identity: 'id' },
  { name: 'quarantine', key: ['id'], identity: 'id' },
  { name: 'enrichments', key: ['event_seq'], left: ['is_leased'] },
  { name: 'audit', key: ['id'], identity: 'id' },
  { name: 'lane_pauses', key: ['destination'] },
  { name: 'replays', key: ['id'], identity: 'id' },
  { name: 'replay_parts', key: ['replay_id', 'destination'] },
  { name: 'imports', key: ['id'], identity: 'id' },
  { name: 'import_parts', key: ['id'], identity: 'id' },
  { name: 'import_refusals', key: ['import_id', 'connection_id', 'purchase_id'] },
  { name: 'erasures', key: ['id'], identity: 'id' },
  { name: 'erasure_subjects', key: ['erasure_id', 'kind', 'value'] },
  { name: 'erased_keys', key: ['hash'] },
  { name: 'erasure_blocks', key: ['hash', 'erasure_id'] },
  { name: 'encryption_rotations', key: ['id'], identity: 'id' },
  { name: 'activity', key: ['step_ms', 'at', 'destination', 'kind', 'latency'], added: { slot: 0 } },
]
