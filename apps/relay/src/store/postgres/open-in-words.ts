import { ConfigurationError } from '../../config/configuration-error.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import { sqlStateOf } from './sql-state.ts'

/** What is wrong and what to do, by PostgreSQL's error code: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const bySqlState: Readonly<Record<string, string>> = {
  '08P01': 'A pooler stands between, and does not reach the server or refuses this user. Check its settings, and what it logs.',
  '28000':
    'The server does not let this user in from here. Check pg_hba.conf, the user in RELAY_STORE, and whether TLS is asked for (?sslmode=verify-full).',
  '28P01': 'The server refuses the user or the password in RELAY_STORE. Correct them.',
  '3D000': 'The database does not exist. Make it (CREATE DATABASE), or correct its name in RELAY_STORE.',
  '42501':
    'The user may not make the schema "relay". Grant it (GRANT CREATE ON DATABASE … TO …), or run what subtotal-relay migrate --print prints as a user who may.',
  '25006': 'The database takes no writes: it is a replica, or read-only. Let RELAY_STORE name the primary.',
  '53300': 'The server has no connection left. Raise its max_connections, or lower RELAY_STORE_CONNECTIONS.',
  '53100': "The server's disk is full. Make room on it.",
  '57P03': 'The server is starting or stopping. Start the relay again when it is ready.',
}

/** The same by what a pooler says, as PgBouncer has one code for all. */
const byMessage: readonly (readonly [RegExp, string])[] = [
  [
    /startup parameter/i,
    'The pooler takes no options of a connection, such as ?options=…. Leave them out of RELAY_STORE, and set them for the user: ALTER ROLE … SET ….',
  ],
  [
    /statement pooling mode/i,
    'The pooler hands out single statements. Let it pool transactions (pool_mode = transaction), or let RELAY_STORE name the server itself.',
  ],
  [
    /no such database|database .* does not exist/i,
    'The pooler knows no such database. Add it there, or correct its name in RELAY_STORE.',
  ],
  [
    /no more connections allowed/i,
    'The pooler has no connection left. Raise its max_client_conn, or lower RELAY_STORE_CONNECTIONS.',
  ],
]

/** The same by the code of the network or of TLS. */
const byCode: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Its name is not known. Correct the host in RELAY_STORE.',
  EAI_AGAIN: 'Its name cannot be looked up now. Check the DNS of this machine and the host in RELAY_STORE.',
  ECONNREFUSED: 'Nothing listens there. Start the server, or correct host and port in RELAY_STORE.',
  ETIMEDOUT: 'It does not answer. Check the network and the firewall between this machine and the server.',
  EHOSTUNREACH: 'There is no way to it. Check the network between this machine and the server.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Its certificate is signed by itself. Name the certificate with ?sslrootcert=/path/to/ca.crt in RELAY_STORE.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'Its certificate is of an unknown authority. Name that with ?sslrootcert=/path/to/ca.crt in RELAY_STORE.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'Its certificate is of an unknown authority. Name that with ?sslrootcert=/path/to/ca.crt in RELAY_STORE.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is of another host. Use the name that the certificate has in RELAY_STORE.',
  CERT_HAS_EXPIRED: 'Its certificate has expired. Renew it.',
}

/** A `ConfigurationError` that says which database cannot be used and what to do; nothing of it is the user's name or password. */
export async function openInWords<Result>(url: string, open: () => Promise<Result>): Promise<Result> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const code = sqlStateOf(error) ?? errorCodeOf(error)
    throw new ConfigurationError(`The PostgreSQL store at ${placeOf(url)} cannot be opened (${code}). ${remedyOf(error, code)}`)
  }
}

function remedyOf(error: unknown, code: string): string {
  const message = error instanceof Error ? error.message : ''
  if (/does not support SSL/i.test(message))
    return 'The server has no TLS. Switch it on there, or leave sslmode out of RELAY_STORE.'
  if (/timeout|terminated/i.test(message) && !(code in bySqlState)) return byCode['ETIMEDOUT'] ?? ''
  const ofPooler = code === '08P01' ? byMessage.find(([pattern]) => pattern.test(message))?.[1] : undefined
  return ofPooler ?? bySqlState[code] ?? byCode[code] ?? 'Check RELAY_STORE, and what the server logs.'
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`
}
