import { destinationKinds } from './destination-kinds.ts'
import type { InitPlan, PlannedDestination } from './init-plan.ts'

const documentation = 'https://github.com/subtotal/subtotal-connectors/blob/main/docs/configuration.md'

/** The text of `relay.config.ts`. It holds no secret. */
export function toRelayConfig({ destinations }: Pick<InitPlan, 'destinations'>): string {
  const hasFiles = destinations.some(({ apiKey }) => isFile(apiKey))
  const imports = [
    ...(hasFiles ? ["import { readFileSync } from 'node:fs'"] : []),
    ...destinations
      .map(({ name }) => `import { ${destinationKinds[name].factory} } from '${destinationKinds[name].package}'`)
      .toSorted((one, other) => one.localeCompare(other)),
    "import { defineRelay } from '@subtotal-connectors/relay'",
  ]
  return `// Where the relay delivers to, and how. Keys come from the environment and from .env beside this file, never from here.
// Every option: ${documentation}
${imports.join('\n')}

export default defineRelay({
  destinations: {
${destinations.map(toDestination).join('\n')}
  },
  // Waits, rates and concurrency of a destination, where they are to differ from its documented limits:
  // lanes: { ${destinations[0]?.name ?? 'klaviyo'}: { concurrency: 2, requestsPerSecond: 5 } },
})
`
}

function toDestination({ name, apiKey, options }: PlannedDestination): string {
  const { factory, keyVariable } = destinationKinds[name]
  const { instance, region, baseUrl, identifyBy, historical, linkUrl } = options
  const key = isFile(apiKey)
    ? `readFileSync(process.env['${keyVariable}_FILE'] ?? '', 'utf8').trim()`
    : `process.env['${keyVariable}'] ?? ''`
  const lines = [
    '// The key on the left names the destination in deliveries, logs and metrics: keep it.',
    `${name}: ${factory}({`,
    `  apiKey: ${key},`,
    ...(instance === undefined ? [] : [`  instance: ${quoted(instance)},`]),
    ...(region === undefined ? [] : [`  region: ${quoted(region)},`]),
    ...(baseUrl === undefined ? [] : [`  baseUrl: ${quoted(baseUrl)},`]),
    `  // Which of a customer's identifiers is sent: ${name === 'customerio' ? "'email' or 'customerId'" : "'email', 'customerId' or 'mobile'"}.`,
    `  identifyBy: ${quoted(identifyBy)},`,
    '  // Purchases from before the account was linked: send them, or skip them.',
    `  historical: ${quoted(historical)},`,
    '  // Where customers link an account again; sent as link_url. One URL, or one for each retailer.',
    linkUrl === undefined
      ? "  // linkUrl: { walmart: 'https://link.subtotal.com/…' },"
      : `  linkUrl: ${typeof linkUrl === 'string' ? quoted(linkUrl) : toRecord(linkUrl)},`,
    '  // Leave a type of event out, or name it otherwise:',
    "  // events: { 'connection.reauthenticated': false, 'purchase.created': 'Bought in Store' },",
    '}),',
  ]
  return lines.map((line) => `    ${line}`).join('\n')
}

function toRecord(values: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(values)
    .map(([name, value]) => `${quoted(name)}: ${quoted(value)}`)
    .join(', ')} }`
}

/** A string literal: JSON is one, and single quotes are the custom. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner}'`
}

function isFile(secret: PlannedDestination['apiKey']): boolean {
  return secret !== undefined && 'file' in secret
}
