import type { AlertSharing } from '../alert-sharing.ts'
import type { AlertRecord } from '../common/alert-record.ts'
import { endTurn, judgeAlert, noAlert, parseAlertRecord } from '../common/alert-record.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'

interface AlertRow {
  readonly record: string
  readonly now: number
}

/** The turns of the relay of this name. `time`: for `relay.now_ms`, `null` for the database's. */
export function sharedAlerts(database: PostgresDatabase, relay: string, time: () => number | null): AlertSharing {
  /** A row is there to be locked before it is read, so that relays change it one after the other. */
  function change<Result>(name: string, work: (record: AlertRecord, now: number) => { record: AlertRecord; result: Result }) {
    return database.transaction(async (session) => {
      await session.run(
        'INSERT INTO relay.alerts (name, record) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        name,
        JSON.stringify(noAlert),
      )
      const row = await session.row<AlertRow>(
        'SELECT record, relay.now_ms($2) AS now FROM relay.alerts WHERE name = $1 FOR UPDATE',
        name,
        time(),
      )
      const { record, result } = work(parseAlertRecord(row?.record ?? '{}'), row?.now ?? 0)
      await write(session, name, record)
      return result
    })
  }

  return {
    claimAlert: (name, state) =>
      change(name, (known, now) => {
        const { record, turn } = judgeAlert(known, { relay, state, now })
        return { record, result: turn }
      }),
    endAlert: (name, state, isTold) =>
      change(name, (known) => ({ record: endTurn(known, { relay, state }, isTold), result: undefined })),
  }
}

async function write(session: SqlSession, name: string, record: AlertRecord): Promise<void> {
  await session.run('UPDATE relay.alerts SET record = $2 WHERE name = $1', name, JSON.stringify(record))
}
