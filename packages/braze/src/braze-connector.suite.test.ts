import { createMockBraze, runConnectorSuite } from '@subtotal-connectors/testing'
import { createBrazeConnector } from './braze-connector.ts'

runConnectorSuite({ name: 'braze', create: createBrazeConnector, mock: () => createMockBraze() })
