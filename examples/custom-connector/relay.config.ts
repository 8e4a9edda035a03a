import { defineRelay, type RelayDefinition } from '@subtotal-connectors/relay'
import { createIterableConnector } from './src/index.ts'

const { ITERABLE_API_KEY = '', ITERABLE_BASE_URL = 'https://api.iterable.com' } = process.env

const definition: RelayDefinition = defineRelay({
  destinations: {
    iterable: createIterableConnector({ apiKey: ITERABLE_API_KEY, baseUrl: ITERABLE_BASE_URL }),
  },
})

export default definition
