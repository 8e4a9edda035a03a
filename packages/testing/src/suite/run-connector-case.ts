import assert from 'node:assert/strict'
import type { Connector } from '@subtotal-connectors/core'
import { collectRejections } from './collect-rejections.ts'
import type { ConnectorCase, ConnectorUnderTest } from './connector-case.ts'
import { within } from './expectations.ts'

/** The key of every connector of the suite: long and odd enough to be found wherever it leaks. */
const apiKey = 'suite-key-7f3a9c51e0d24b68'

/** How a case is run. */
export interface RunCaseOptions {
  /** See `SuiteContext`. Default 5,000. */
  readonly patienceMs?: number
}

/**
 * Runs one case against a new mock and closes everything after it. Rejects with what is wrong and why it matters; also when
 * anything was rejected meanwhile without being handled. For a test runner other than vitest; else see `runConnectorSuite`.
 */
export async function runConnectorCase(
  connectorCase: ConnectorCase,
  { create, mock: startMock }: Pick<ConnectorUnderTest, 'create' | 'mock'>,
  { patienceMs = 5_000 }: RunCaseOptions = {},
): Promise<void> {
  const mock = await startMock()
  const connectors: Connector[] = []
  const run = async () => {
    try {
      await connectorCase.run({
        mock,
        apiKey,
        patienceMs,
        connect(options = {}) {
          const connector = create({ apiKey, baseUrl: mock.url, ...options })
          connectors.push(connector)
          return connector
        },
      })
    } finally {
      await mock.close()
      const closing = connectors.map((connector) => within(connector.close(), patienceMs, 'the end of close'))
      await Promise.allSettled(closing)
    }
  }
  try {
    const rejections = await collectRejections(run)
    assert.deepEqual(rejections, [], 'a promise was rejected and nobody handled it')
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new Error(`${problem}\n\nWhy: ${connectorCase.why}`, { cause: error })
  }
}
