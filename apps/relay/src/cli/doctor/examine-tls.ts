import type { Finding } from './finding.ts'
import { ok, warn } from './finding.ts'

const loopbackHosts = ['', 'localhost', '127.0.0.1', '[::1]']

/** Whether what is said to a database can be read, or answered by another, on the way. Says nothing of one on this machine. */
export function examineTls(url: string): readonly Finding[] {
  const { hostname, searchParams } = new URL(url)
  if (loopbackHosts.includes(hostname)) return []
  const mode = searchParams.get('sslmode') ?? 'disable'
  if (mode === 'verify-full') return [ok('store', `What is said to ${hostname} is encrypted, and it has to prove its name.`)]
  const problem =
    mode === 'disable'
      ? `What is said to ${hostname} is not encrypted: whoever is on the way reads people's data and the password.`
      : `${hostname} does not have to prove its name (sslmode=${mode}): another server could answer for it.`
  return [warn('store', problem, 'Add ?sslmode=verify-full&sslrootcert=/path/to/ca.crt to RELAY_STORE.')]
}
