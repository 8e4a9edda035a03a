import type { QuarantineRecord } from '../records.ts'

/** A quarantined webhook as it is stored. */
export interface QuarantineRow {
  readonly id: number
  readonly body_hash: string
  readonly reason: string
  readonly fields: string
  readonly received_at: number
  readonly count: number
  readonly body: Buffer
}

/** A quarantined webhook as people see it. `body`: opened; `undefined`: it is damaged, and shown as empty. */
export function toQuarantineRecord(row: QuarantineRow, body: Buffer = Buffer.alloc(0)): QuarantineRecord {
  const fields: readonly string[] = JSON.parse(row.fields)
  return {
    id: String(row.id),
    reason: row.reason,
    fields,
    receivedAt: row.received_at,
    count: row.count,
    bytes: body.length,
    body: body.toString('utf8'),
  }
}
