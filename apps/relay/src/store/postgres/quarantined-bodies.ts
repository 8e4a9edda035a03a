import { quarantinePlace } from '../common/quarantine-place.ts'
import { readWindow } from './read-window.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** A quarantined webhook as far as an erasure needs it. */
export interface QuarantinedBodyRow {
  readonly id: number
  readonly body_hash: string
  readonly body: Buffer
}

const windowSize = 50

/** A few quarantined webhooks, the oldest first, and where to go on; `null` after the last. A megabyte at most, or one. */
export async function quarantinedBodies(
  { sealer }: Pick<StoreContext, 'sealer'>,
  session: SqlSession,
  after: number,
): Promise<{ readonly rows: readonly QuarantinedBodyRow[]; readonly next: number | null }> {
  const { rows, isEnd } = await readWindow<QuarantinedBodyRow>(session, {
    table: 'quarantine',
    keys: ['id'],
    columns: ['body_hash', 'body'],
    after: [after],
    limit: windowSize,
  })
  // Whose a damaged one is, nobody can tell.
  const opened = rows.map((row) => ({
    ...row,
    body: sealer.openBytes(row.body, quarantinePlace(row.body_hash)) ?? Buffer.alloc(0),
  }))
  return { rows: opened, next: isEnd ? null : (rows.at(-1)?.id ?? null) }
}
