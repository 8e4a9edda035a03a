import type { AuditEntry } from '../records.ts'
import type { SqlSession } from './sql-session.ts'

/** Puts on record who did what. */
export async function addAudit(session: SqlSession, { at, actor, action, subject }: AuditEntry): Promise<void> {
  await session.run('INSERT INTO relay.audit (at, actor, action, subject) VALUES ($1, $2, $3, $4)', at, actor, action, subject)
}
