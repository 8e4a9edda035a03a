import { resolve } from 'node:path'
import type { EnrichmentSettings } from '../enrichment/enrichment-settings.ts'
import { ConfigurationError } from './configuration-error.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** A whole number within bounds, or a sentence that names the variable. */
export function parseInteger(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new ConfigurationError(`${name} must be a whole number from ${least} to ${most}.`)
}

/** One of pino's levels, in any case. */
export function parseLogLevel(text: string): string {
  const level = text.toLowerCase()
  if (logLevels.includes(level)) return level
  throw new ConfigurationError(`LOG_LEVEL must be one of ${logLevels.join(', ')}.`)
}

/** `sqlite:` and the absolute path of the store's file, or the URL of a PostgreSQL database. */
export function parseStore(text: string, cwd: string): string {
  if (/^postgres(ql)?:/i.test(text)) return parsePostgresUrl('RELAY_STORE', text)
  const path = /^sqlite:(?!\/\/[^/])(.+)$/i.exec(text)?.[1]
  if (path === undefined || path.startsWith(':')) {
    throw new ConfigurationError(
      'RELAY_STORE must be sqlite: and the path of a file, for example sqlite:./data/relay.db, or postgres://user:password@host/database.',
    )
  }
  return `sqlite:${resolve(cwd, path)}`
}

/** The most connections to PostgreSQL at once. */
export function parseStoreConnections(text: string): number {
  return parseInteger('RELAY_STORE_CONNECTIONS', text, 3, 1_000)
}

/** Where relays hear of each other; `off`: nowhere. The message does not repeat it: it may hold a password. */
export function parseListen(text: string): string {
  return text.toLowerCase() === 'off' ? 'off' : parsePostgresUrl('RELAY_STORE_LISTEN', text)
}

function parsePostgresUrl(name: string, text: string): string {
  if (hasSeveralHosts(text)) {
    throw new ConfigurationError(
      `${name} names several hosts. Give it one name that leads to the server that takes writes: a DNS name, or a proxy in front.`,
    )
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1) return url.href
  throw new ConfigurationError(
    `${name} must be postgres://user:password@host:port/database. Characters such as @ and / in the password are written as %40 and %2F.`,
  )
}

/** `postgres://user:password@one,other/database`, as libpq takes it. */
function hasSeveralHosts(text: string): boolean {
  const [, authority = ''] = /^\w+:\/\/([^/?#]*)/.exec(text) ?? []
  return (authority.includes('@') || !text.includes('@')) && /,[^@]*$/.test(authority)
}

/** Refuses a token that no `Authorization` header can carry: it would lock everybody out. */
export function checkToken(name: string, token: string | undefined): void {
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return
  throw new ConfigurationError(`${name} must be printable ASCII without spaces. Make one with: openssl rand -hex 32`)
}

/** Signing secrets, separated by commas. */
export function parseSecrets(text: string | undefined): readonly string[] {
  const secrets = (text ?? '').split(',').flatMap((secret) => secret.trim() || [])
  if (secrets.length > 0) return secrets
  throw new ConfigurationError(
    'SUBTOTAL_SIGNING_SECRET is not set. Set it to the signing secret that Subtotal showed when the webhook destination was made.',
  )
}

/** `purchases`, `contacts`, both, or `off`. */
export function parseEnrichment(text: string): EnrichmentSettings {
  const parts = text.split(',').map((part) => part.trim().toLowerCase())
  const [first] = parts
  if (parts.length === 1 && first === 'off') return { purchases: false, contacts: false }
  if (parts.every((part) => part === 'purchases' || part === 'contacts')) {
    return { purchases: parts.includes('purchases'), contacts: parts.includes('contacts') }
  }
  throw new ConfigurationError('RELAY_ENRICH must be purchases, contacts, both separated by a comma, or off.')
}

/** https, or http on this machine. The message does not repeat it: it may hold a token. */
export function parseAlertUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url.href
  throw new ConfigurationError('RELAY_ALERT_URL must be an https URL, or an http URL of this machine.')
}

/** One URL, or `walmart=https://…,target=https://…`. */
export function parseLinkUrl(text: string): string | Readonly<Record<string, string>> {
  if (/^https?:\/\//i.test(text)) return text
  const pairs = text.split(/,(?=[^,=]+=https?:\/\/)/i).map((pair) => /^\s*([^=\s]+)\s*=\s*(https?:\/\/\S+)\s*$/i.exec(pair))
  const urls = pairs.map((pair): readonly [string, string] => {
    if (pair?.[1] === undefined || pair[2] === undefined) {
      throw new ConfigurationError('SUBTOTAL_LINK_URL must be one URL, or retailer=URL pairs separated by commas.')
    }
    return [pair[1], pair[2]]
  })
  return Object.fromEntries(urls)
}
