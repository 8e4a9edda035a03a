import pg from 'pg'
import type { Finding } from './finding.ts'
import { ok, warn } from './finding.ts'

const loopbackHosts = ['', 'localhost', '127.0.0.1', '[::1]']

/**
 * Whether what is said to a database can be read, or answered by another, on the way. Says nothing of one on this machine, and nothing where
 * that depends on a file that cannot be read. `name`: of the variable that holds the URL.
 */
export function examineTls(url: string, name = 'RELAY_STORE'): readonly Finding[] {
  const { hostname } = new URL(url)
  if (loopbackHosts.includes(hostname)) return []
  const protection = protectionOf(url)
  if (protection === undefined) return []
  const said = `What is said to ${hostname} is`
  if (protection === 'name') return [ok('store', `${said} encrypted, and it has to prove its name.`)]
  const problem = {
    none: `${said} not encrypted: whoever is on the way reads people's data and the password.`,
    encryption: `${said} encrypted, but it does not have to prove its name: another server could answer for it.`,
    authority: `${said} encrypted, but a certificate of any host is enough: another server of the authority could answer for it.`,
  }[protection]
  return [warn('store', problem, `Put ?sslmode=verify-full&sslrootcert=/path/to/ca.crt at the end of ${name}.`)]
}

/** How far a connection is protected: what pg makes of the URL and of PGSSLMODE, which is not what psql does. */
function protectionOf(url: string): 'none' | 'encryption' | 'authority' | 'name' | undefined {
  let tls: unknown
  try {
    tls = new pg.Client({ connectionString: url }).ssl
  } catch {
    return undefined
  }
  if (tls === false) return 'none'
  if (typeof tls !== 'object' || tls === null) return 'name'
  if ('rejectUnauthorized' in tls && tls.rejectUnauthorized === false) return 'encryption'
  return 'checkServerIdentity' in tls ? 'authority' : 'name'
}
