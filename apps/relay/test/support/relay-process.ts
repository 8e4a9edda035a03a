import { writeSync } from 'node:fs'
import { createBrazeConnector } from '@subtotal-connectors/braze'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createLogger } from '../../src/observability/logger.ts'
import { createRelayEvents } from '../../src/observability/relay-events.ts'
import { createRelay } from '../../src/relay.ts'
import { quickApi } from './quick-api.ts'

/**
 * A relay in a process of its own, to be killed. It is given its settings as JSON in the environment, and writes lines to file
 * descriptor 3, each before it goes on: `listening <url>`, `commit:started`, `commit:finished`.
 */
const pipe = 3
const { store, secret, apiKey, urls, subtotalUrl, forgetsPurchases } = JSON.parse(process.env['RELAY_PROCESS'] ?? '{}')

const events = createRelayEvents()
events.on('commit:started', () => writeSync(pipe, 'commit:started\n'))
events.on('commit:finished', () => writeSync(pipe, 'commit:finished\n'))
events.on('relay:listening', ({ url }) => writeSync(pipe, `listening ${url}\n`))

const config = {
  host: '127.0.0.1',
  port: 0,
  logLevel: 'silent',
  store,
  bodyLimitBytes: 1_048_576,
  signingSecrets: [secret],
  signatureToleranceMs: 86_400_000,
  destinations: {
    braze: createBrazeConnector({ apiKey, baseUrl: urls.braze }),
    klaviyo: createKlaviyoConnector({ apiKey, baseUrl: urls.klaviyo }),
    customerio: createCustomerioConnector({ apiKey, baseUrl: urls.customerio }),
  },
  ...(subtotalUrl === undefined
    ? {}
    : { subtotal: forgetsPurchases === true ? forgetful(quickApi(subtotalUrl)) : quickApi(subtotalUrl) }),
}

/** The same API, of whose purchases nobody hears: as if the process ended with the answer. */
function forgetful(api: SubtotalApi): SubtotalApi {
  async function get(...args: Parameters<SubtotalApi['purchases']['get']>): Promise<never> {
    await api.purchases.get(...args)
    return new Promise(() => undefined)
  }
  return { ...api, purchases: { ...api.purchases, get } }
}

await createRelay(config, { events, logger: createLogger('silent') })
