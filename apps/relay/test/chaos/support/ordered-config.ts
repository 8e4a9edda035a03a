import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const packages = join(import.meta.dirname, '../../../../../packages')
const factories = { braze: 'createBrazeConnector', klaviyo: 'createKlaviyoConnector', customerio: 'createCustomerioConnector' }

/**
 * Writes a `relay.config.mjs` into the folder that a relay is started in: the destinations of its environment, with the order of customers
 * no limit that matters here, and short waits between the attempts. It takes the connectors from where `npm run build` puts them.
 */
export function writeOrderedConfig(folder: string): void {
  const imports = Object.entries(factories).map(([name, factory]) => {
    const url = pathToFileURL(join(packages, name, 'dist/index.js')).href
    return `import { ${factory} } from '${url}'`
  })
  const destinations = Object.entries(factories).map(([name, factory]) => {
    const variable = (what: string): string => `process.env.${name.toUpperCase()}_${what}`
    return `    ${name}: ${factory}({ apiKey: ${variable('API_KEY')}, baseUrl: ${variable('BASE_URL')} }),`
  })
  const lane = "{ ordering: 'customer', requestsPerSecond: 200, retry: { schedule: [1_000] } }"
  const lanes = Object.keys(factories).map((name) => `    ${name}: ${lane},`)
  const lines = [
    ...imports,
    'export default {',
    '  destinations: {',
    ...destinations,
    '  },',
    '  lanes: {',
    ...lanes,
    '  },',
    '}',
    '',
  ]
  writeFileSync(join(folder, 'relay.config.mjs'), lines.join('\n'))
}
