import type { CheckResult, Connector } from '@subtotal-connectors/core'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** A check of a destination or of Subtotal, finding by finding. */
export function toFindings(name: string, { proved, problems, notes }: CheckResult): readonly Finding[] {
  return [
    ...proved.map((sentence) => ok(name, sentence)),
    ...problems.map((sentence) => fail(name, sentence)),
    ...notes.map((sentence) => warn(name, sentence)),
  ]
}

/** Whether a destination's key, region and permissions are right; creates no data there. */
export async function examineConnector(name: string, connector: Connector, signal: AbortSignal): Promise<readonly Finding[]> {
  return toFindings(name, await connector.check({ signal }))
}
