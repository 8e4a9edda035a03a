import { runConnectorSuite } from '@subtotal-connectors/testing'
import { createMockIterable } from '../test/mock-iterable.ts'
import { createIterableConnector } from './iterable-connector.ts'

runConnectorSuite({ name: 'iterable', create: createIterableConnector, mock: createMockIterable })
