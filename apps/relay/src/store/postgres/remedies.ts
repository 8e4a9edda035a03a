import { errorCodeOf } from '../../observability/error-code-of.ts'
import { neededGrants } from './needed-grants.ts'
import { sqlStateOf } from './sql-state.ts'
import { TlsFileError } from './tls-file-error.ts'

/** What is wrong and what to do, by PostgreSQL's error code: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const bySqlState: Readonly<Record<string, string>> = {
  '08P01': 'A pooler stands between, and does not reach the server or refuses this user. Check its settings, and what it logs.',
  '28000':
    'The server does not let this user in from here. Check pg_hba.conf, the user in RELAY_STORE, and whether TLS is asked for (?sslmode=verify-full).',
  '28P01': 'The server refuses the user or the password in RELAY_STORE. Correct them, and start the relay again.',
  '3D000': 'The database does not exist. Make it (CREATE DATABASE), or correct its name in RELAY_STORE.',
  '42501': `The user of RELAY_STORE may not use the schema "relay" as relays do. As the user who owns it: ${neededGrants('…').join(' ')}`,
  '25006': 'The database takes no writes: it is a replica, or read-only. Let the name in RELAY_STORE lead to the primary.',
  '53100': "The server's disk is full. Make room on it.",
  '53200': 'The server has no memory left. Give it more, or lower what its settings let it use.',
  '53300':
    'The server has no connection left for this user. Raise its max_connections (or the limit of the user or the database), or lower RELAY_STORE_CONNECTIONS.',
  '57014':
    'The server ends statements before they are done. Raise statement_timeout for the user of RELAY_STORE, or leave it out.',
  '57P01': 'The server has ended the connection: it is being stopped, or somebody did so. See that it runs.',
  '57P03': 'The server is starting or stopping. Wait until it is ready.',
  '58030': 'The server cannot read or write its files. Check its disk, and what it logs.',
}

/** Refused before anything was asked. */
const refusedAtOnce: Readonly<Record<string, string>> = {
  '42501': 'The user of RELAY_STORE may not connect to the database. GRANT CONNECT ON DATABASE … TO ….',
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

const noAnswer = 'The server does not answer. Check it, and the network and the firewall between this machine and it.'

/** With psql, `sslmode=require` checks no certificate. */
const strict = 'Every sslmode but disable and no-verify checks it, sslmode=require too.'
const unknownAuthority = `The server's certificate is of an unknown authority. Let sslrootcert in RELAY_STORE name a file with that of the authority: sslrootcert=/path/to/ca.crt. ${strict}`

/** The same by the code of the network or of TLS. */
const byCode: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name of the host in RELAY_STORE is not known. Correct it.',
  EAI_AGAIN: 'The name of the host in RELAY_STORE cannot be looked up now. Check the DNS of this machine, and the name.',
  ECONNREFUSED: 'Nothing listens at the host and port in RELAY_STORE. Start the server, or correct them.',
  ECONNRESET: 'The connection was cut. Check the server, and what is between this machine and it.',
  ETIMEDOUT: noAnswer,
  StoreTimeoutError: noAnswer,
  NoConnectionFreeError:
    'All connections of this relay are in use. Raise RELAY_STORE_CONNECTIONS, or see what keeps the server busy.',
  EHOSTUNREACH: 'There is no way to the server. Check the network between this machine and it.',
  DEPTH_ZERO_SELF_SIGNED_CERT: `The server's certificate is signed by itself. Let sslrootcert in RELAY_STORE name a file with it: sslrootcert=/path/to/server.crt. ${strict}`,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  ERR_TLS_CERT_ALTNAME_INVALID: `The server's certificate is of another host. Use the name that the certificate has in RELAY_STORE. ${strict}`,
  CERT_HAS_EXPIRED: "The server's certificate has expired. Renew it.",
  CERT_NOT_YET_VALID:
    "The server's certificate is not valid yet. Check this machine's clock, and from when on the certificate is valid.",
}

/**
 * What is wrong with a database and what to do, when a store on it cannot be opened or an open one fails; `undefined`: not known. Always
 * one of a few sentences: nothing of the URL, and nothing that the server says.
 */
export function remedyOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  if (error instanceof TlsFileError) return message
  const state = sqlStateOf(error)
  if (state !== undefined) return ofServer(state, error)
  if (/does not support SSL/i.test(message))
    return 'The server has no TLS. Switch it on there, or set sslmode=disable in RELAY_STORE.'
  return byCode[errorCodeOf(error)] ?? (/timeout|terminated/i.test(message) ? noAnswer : undefined)
}

function ofServer(state: string, error: Error): string | undefined {
  const ofPooler = state === '08P01' ? byMessage.find(([pattern]) => pattern.test(error.message))?.[1] : undefined
  const atOnce = 'severity' in error && error.severity === 'FATAL' ? refusedAtOnce[state] : undefined
  return ofPooler ?? atOnce ?? bySqlState[state]
}
