import { defineRelay } from '@subtotal-connectors/relay'
import { createIterableConnector } from './src/index.ts'

const { ITERABLE_API_KEY = '', ITERABLE_BASE_URL = 'https://api.iterable.com' } = process.env

export default defineRelay({
  destinations: {
    iterable: createIterableConnector({ apiKey: ITERABLE_API_KEY, baseUrl: ITERABLE_BASE_URL, historical: 'skip' }),
  },
})
