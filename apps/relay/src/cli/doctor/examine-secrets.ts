import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { environmentVariables } from '../../config/environment.ts'
import type { Environment } from '../../config/read-environment.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

const leastLength = 16
const othersBits = 0o077

/** Whether the signing secret looks like one. What it is, is never told. */
export function examineSigningSecret(values: Environment): readonly Finding[] {
  const check = 'signing secret'
  const secrets = (values.SUBTOTAL_SIGNING_SECRET ?? '').split(',').flatMap((secret) => secret.trim() || [])
  if (secrets.length === 0) {
    const remedy =
      'Run subtotal-relay connect, or set SUBTOTAL_SIGNING_SECRET to the secret that Subtotal showed with the webhook.'
    return [fail(check, 'There is none, so no webhook can be verified.', remedy)]
  }
  const others = [values.SUBTOTAL_API_KEY, values.RELAY_ADMIN_TOKEN, values.RELAY_VIEWER_TOKEN]
  const problems = secrets.flatMap((secret) => {
    if (others.includes(secret)) return ['It is the API key or a token of the relay, not the secret of a webhook.']
    if (/["'`\s…<>]|^(change|your|secret$|xxx)/i.test(secret))
      return ['It looks like a placeholder, or has quotes or spaces in it.']
    if (secret.length < leastLength) return [`It is shorter than ${leastLength} characters.`]
    return []
  })
  if (problems.length > 0) {
    return problems.map((problem) =>
      fail(check, problem, 'Set SUBTOTAL_SIGNING_SECRET to the secret that Subtotal showed with the webhook.'),
    )
  }
  return [
    ok(check, secrets.length === 1 ? 'There is one.' : `There are ${secrets.length}; a webhook may be signed with any of them.`),
  ]
}

/** Who may use the admin API and the console. */
export function examineTokens(values: Environment): readonly Finding[] {
  const check = 'tokens'
  const { HOST: host = '127.0.0.1', RELAY_ADMIN_TOKEN: adminToken, RELAY_VIEWER_TOKEN: viewerToken } = values
  const remedy = 'Make one with: openssl rand -hex 32'
  if (adminToken === undefined && viewerToken === undefined) {
    const isLocal = ['127.0.0.1', 'localhost', '::1'].includes(host)
    const who = 'Without RELAY_ADMIN_TOKEN the admin API and the console are open to everybody on this machine'
    return [warn(check, isLocal ? `${who}.` : `${who}, and closed to other machines.`, remedy)]
  }
  const short = [adminToken, viewerToken].some((token) => token !== undefined && token.length < leastLength)
  if (short) return [warn(check, `A token is shorter than ${leastLength} characters and could be guessed.`, remedy)]
  return [ok(check, adminToken === undefined ? 'Viewers have one; nobody can change anything.' : 'Operators have one.')]
}

/** Whether others may read the files that hold secrets. */
export function examineSecretFiles(env: NodeJS.ProcessEnv, cwd: string): readonly Finding[] {
  const named = environmentVariables.flatMap(({ name, secret }) => (secret && env[`${name}_FILE`]?.trim()) || [])
  const files = ['.env', ...named].map((file) => resolve(cwd, file))
  return [...new Set(files)].flatMap((file) => {
    const found = statSync(file, { throwIfNoEntry: false })
    // What a container's platform mounts as a secret is the container's alone, whatever its mode says.
    if (found === undefined || file.startsWith('/run/secrets/') || (found.mode & othersBits) === 0) return []
    return [warn('secret files', `Other users of this machine may read ${file}, which holds secrets.`, `chmod 600 ${file}`)]
  })
}
