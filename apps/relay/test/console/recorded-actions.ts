import { z } from 'zod'
import type { TestRelay } from '../support/start-relay.ts'

const auditSchema = z.object({ items: z.array(z.object({ action: z.string(), subject: z.string() })) })

/** What is on record, the newest first: `pause destination one`. */
export async function recordedActions(relay: TestRelay, adminToken: string): Promise<readonly string[]> {
  const { json } = await relay.get('/api/v1/audit', { authorization: `Bearer ${adminToken}` })
  return auditSchema.parse(json).items.map(({ action, subject }) => `${action} ${subject}`)
}
