import { createMockKlaviyo, runConnectorSuite } from '@subtotal-connectors/testing'
import { createKlaviyoConnector } from './klaviyo-connector.ts'

runConnectorSuite({ name: 'klaviyo', create: createKlaviyoConnector, mock: () => createMockKlaviyo() })
