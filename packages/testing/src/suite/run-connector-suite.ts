import { describe, it } from 'vitest'
import type { ConnectorUnderTest } from './connector-case.ts'
import { connectorCases } from './connector-cases.ts'
import { runConnectorCase } from './run-connector-case.ts'

/** Far more than any case needs: a slow machine is no failure. */
const timeoutMs = 120_000

/**
 * Registers, with vitest, one test for each thing that any connector must do; see `connectorCases`. Call it at the top of a test
 * file.
 *
 * @example
 * import { createMockBraze, runConnectorSuite } from '@subtotal-connectors/testing'
 * runConnectorSuite({ name: 'braze', create: createBrazeConnector, mock: () => createMockBraze() })
 */
export function runConnectorSuite(connector: ConnectorUnderTest): void {
  describe(`the connector ${connector.name}`, () => {
    for (const connectorCase of connectorCases) {
      it(connectorCase.name, () => runConnectorCase(connectorCase, connector), timeoutMs)
    }
  })
}
