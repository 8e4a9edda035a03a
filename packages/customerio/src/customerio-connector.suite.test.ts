import { createMockCustomerio, runConnectorSuite } from '@subtotal-connectors/testing'
import { createCustomerioConnector } from './customerio-connector.ts'

runConnectorSuite({ name: 'customerio', create: createCustomerioConnector, mock: () => createMockCustomerio() })
