import type { Connector, ConnectorOptions } from '@subtotal-connectors/core'
import type { MockDestination } from '../mock-destination/mock-server.ts'

/**
 * The options that the suite sets: those of every connector but `identifyBy`, which is left to the connector. Its events carry a
 * customer id, an email and a mobile.
 */
export type SuiteConnectorOptions = Omit<ConnectorOptions, 'identifyBy'> & {
  /** The mock's origin. */
  readonly baseUrl: string
}

/** A connector for the suite. */
export interface ConnectorUnderTest {
  /** For the report: `braze`. */
  readonly name: string
  /** Makes a connector with these options; pass all of them on. A factory that needs no other option fits as it is. */
  create(options: SuiteConnectorOptions): Connector
  /**
   * Starts a mock of the destination, a new one for each case. It takes any key, refuses what `refuse` names in the vendor's own
   * way, and its `accepted` holds what the vendor keeps of each event: at least the customer's id or email, or the id of the
   * connection or purchase.
   */
  mock(): Promise<MockDestination<unknown>>
}

/** What a case works with. */
export interface SuiteContext {
  /** Fresh. */
  readonly mock: MockDestination<unknown>
  /** What every connector of the case has as its key. */
  readonly apiKey: string
  /** A connector to the mock; it is closed after the case. */
  connect(options?: Partial<SuiteConnectorOptions>): Connector
  /** How long, in milliseconds, something that must happen at once may take before it counts as missing. */
  readonly patienceMs: number
}

/** One thing that any connector must do. */
export interface ConnectorCase {
  /** A sentence about a connector: `gives one result per event, in order`. */
  readonly name: string
  /** What goes wrong for a user when it does not hold. */
  readonly why: string
  /** Rejects when the connector does not do it. */
  run(context: SuiteContext): Promise<void>
}
