import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordStatements } from '../../../test/support/query-plans.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { advanceIdentities } from './advance-identities.ts'
import { connectionHistory } from './connection-history.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { erasureGuard } from './erasure-guard.ts'
import { lateIdentities } from './late-identities.ts'
import { openDatabase } from './open-database.ts'
import { replayRecords } from './record-replays.ts'
import { selectTargets } from './select-replayed.ts'

/** Those that run: a few. */
const small = /^SCAN replays USING INDEX replays_unfinished/

test('late identifiers cost the same whatever is stored: letters and connections are found by an index, in order', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  const counts = deliveryCounts(database)
  const history = connectionHistory(database)
  const guard = erasureGuard(database)
  const { statements, plans } = recordStatements(database)
  const identities = lateIdentities(database, counts, history, guard)
  advanceIdentities(database, identities, replayRecords(database))
  const filter = { status: 'dead', destination: 'one', code: 'ERR_NO_IDENTIFIER', identified: true } as const
  const selection = { kind: 'deliveries', filter, repeatDelivered: false } as const
  const targets = { destination: 'one', since: 9, limit: 10, after: 0, through: 9 }
  statements.add(selectTargets(selection, targets).sql)
  const details = plans().map(({ detail }) => detail)
  const slow = details.filter((detail) => /^SCAN|TEMP B-TREE/.test(detail) && !small.test(detail))
  expect(slow).toEqual([])
  expect(details).toEqual(
    expect.arrayContaining([
      expect.stringContaining('deliveries_unidentified (is_identified=?)'),
      expect.stringContaining('deliveries_unidentified (is_identified=? AND destination=? AND rowid>? AND rowid<?)'),
    ]),
  )
  database.close()
  lock.release()
})
