import process from 'node:process'
import { type Connector, SubtotalError } from '@subtotal-connectors/core'
import { systemClock } from '../../clock/clock.ts'
import { loadConfig, loadDestinations, loadStore } from '../../config/load-config.ts'
import { loadSubtotal } from '../../config/load-subtotal.ts'
import { parseLinkUrl, parseListen, parseStoreConnections } from '../../config/parse-settings.ts'
import { type Environment, mergeDotEnv, readEnvironment } from '../../config/read-environment.ts'
import { parseEncryptionKeys } from '../../encryption/encryption-keys.ts'
import { checkSubtotal } from '../check-subtotal.ts'
import type { CommandContext } from '../command-context.ts'
import type { ConfigurationOptions, ConfigurationSource } from '../configuration-source.ts'
import { configurationSource } from '../configuration-source.ts'
import type { ExitCode } from '../exit-code.ts'
import { localUrl } from '../local-url.ts'
import { toIngestUrl } from '../to-ingest-url.ts'
import type { JsonOptions } from '../write-json.ts'
import { writeJson } from '../write-json.ts'
import { examineConnector, toFindings } from './examine-connectors.ts'
import { examineDisk, readVolume } from './examine-disk.ts'
import { examineClock, reachHost } from './examine-network.ts'
import { examineNode } from './examine-node.ts'
import { examinePostgres } from './examine-postgres.ts'
import { examineRelay, examineWebhookUrl } from './examine-relay.ts'
import { examineSecretFiles, examineSigningSecret, examineTokens } from './examine-secrets.ts'
import { examineStore } from './examine-store.ts'
import type { Finding } from './finding.ts'
import { fail, ok } from './finding.ts'
import { formatFindings } from './format-findings.ts'
import { originOf } from './origins.ts'

/** What `doctor` can be told. */
export interface DoctorOptions extends ConfigurationOptions, JsonOptions {
  /** Where Subtotal reaches the relay. */
  readonly url?: string
}

const timeoutMs = 30_000
const subtotalOrigin = 'https://api.subtotal.com'

/** `subtotal-relay doctor`: looks at everything that commonly goes wrong, and says what to do. Changes nothing anywhere. */
export async function doctor(options: DoctorOptions, context: CommandContext): Promise<ExitCode> {
  const url = options.url === undefined ? undefined : toIngestUrl(options.url)
  const source = configurationSource(options, context)
  // A relay.config.ts reads its keys from the environment, and it is read once.
  const env = Object.assign(context.env, mergeDotEnv(context.env, context.cwd))
  const signal = AbortSignal.any([context.stopSignal(), AbortSignal.timeout(timeoutMs)])
  const configuration = await examineConfiguration(source)
  const values = attempt(() => readEnvironment(env, context.cwd)) ?? {}
  const findings = [
    examineNode(process.versions.node),
    configuration,
    ...examineSecretFiles(env, context.cwd),
    ...examineSigningSecret(values),
    ...examineTokens(values),
    ...(await examinePlace(source, values)),
    ...(await examineOthers(source, values, env, signal)),
    ...(await examineRelays(url, env, values)),
  ]
  const isOk = findings.every(({ status }) => status !== 'fail')
  if (options.json === true) writeJson({ ok: isOk, findings }, context)
  else context.stdout.write(formatFindings(findings, context.stdout))
  return isOk ? 0 : 1
}

async function examineConfiguration(source: ConfigurationSource): Promise<Finding> {
  const check = 'configuration'
  try {
    const { destinations, subtotal } = await loadConfig({ ...source, env: withSecret(source.env) })
    await closeAll(Object.values(destinations))
    subtotal?.close()
    return ok(check, `A relay would start with the destinations ${Object.keys(destinations).join(', ')}.`)
  } catch (error) {
    if (SubtotalError.isInstance(error)) return fail(check, error.message)
    throw error
  }
}

/** That there is no signing secret is told by itself, and must not hide what else is wrong. */
function withSecret(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSet = env['SUBTOTAL_SIGNING_SECRET']?.trim() || env['SUBTOTAL_SIGNING_SECRET_FILE']?.trim()
  return isSet ? env : { ...env, SUBTOTAL_SIGNING_SECRET: 'missing' }
}

async function examinePlace(source: ConfigurationSource, values: Environment): Promise<readonly Finding[]> {
  const store = attempt(() => loadStore(source))
  if (store === undefined) return []
  if (!store.startsWith('sqlite:')) return examineDatabase(store, values)
  const path = store.replace(/^sqlite:/, '')
  const minFreeBytes = Number(values.RELAY_MIN_FREE_BYTES ?? Number.NaN)
  return [
    ...examineDisk(readVolume(path), Number.isNaN(minFreeBytes) ? undefined : minFreeBytes),
    ...examineStore(path, keyIdsOf(values)),
  ]
}

/** With settings that are wrong, which is told elsewhere, the defaults are looked at. */
function examineDatabase(url: string, values: Environment): Promise<readonly Finding[]> {
  const { RELAY_STORE_CONNECTIONS: connections, RELAY_STORE_LISTEN: listen } = values
  const given = attempt(() => ({
    ...(connections === undefined ? {} : { connections: parseStoreConnections(connections) }),
    ...(listen === undefined ? {} : { listen: parseListen(listen) }),
  }))
  return examinePostgres(url, { now: systemClock.now, keyIds: keyIdsOf(values), ...given })
}

function keyIdsOf({ RELAY_ENCRYPTION_KEY: keys }: Environment): readonly string[] {
  return keys === undefined ? [] : (attempt(() => parseEncryptionKeys(keys))?.opening.map(({ id }) => id) ?? [])
}

/** Subtotal and the destinations: can they be reached, do they know the keys, and do their clocks agree with ours. */
async function examineOthers(
  source: ConfigurationSource,
  values: Environment,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const connectors = Object.entries((await attemptLater(() => loadDestinations(source))) ?? {})
  const api = await attemptLater(() => loadSubtotal(source))
  const linkUrl = values.SUBTOTAL_LINK_URL
  try {
    const hosts = [
      ...(api === undefined ? [] : [{ name: 'subtotal', origin: values.SUBTOTAL_BASE_URL ?? subtotalOrigin }]),
      ...connectors.flatMap(([name, connector]) => {
        const origin = originOf(connector)
        return origin === undefined ? [] : [{ name, origin }]
      }),
    ]
    const reached = await Promise.all(hosts.map((host) => reachHost(host, env, systemClock.now, signal)))
    // What does not answer at all was told already.
    const isGone = (name: string) => reached.some(({ isReached }, index) => !isReached && hosts[index]?.name === name)
    const links = linkUrl === undefined ? undefined : attempt(() => parseLinkUrl(linkUrl))
    const subtotal = await checkSubtotal(isGone('subtotal') ? undefined : api, links, signal)
    const asked = connectors.filter(([name]) => !isGone(name))
    const checked = await Promise.all(asked.map(([name, connector]) => examineConnector(name, connector, signal)))
    return [
      ...(hosts.length === 0 ? [] : [examineClock(reached.flatMap(({ offsetMs }) => offsetMs ?? []))]),
      ...reached.map(({ finding }) => finding),
      ...(subtotal === undefined ? [] : toFindings('subtotal', subtotal)),
      ...checked.flat(),
    ]
  } finally {
    api?.close()
    await closeAll(connectors.map(([, connector]) => connector))
  }
}

async function examineRelays(url: string | undefined, env: NodeJS.ProcessEnv, values: Environment): Promise<readonly Finding[]> {
  const [secret] = (values.SUBTOTAL_SIGNING_SECRET ?? '').split(',')
  const local = env['RELAY_URL']?.trim() || localUrl(values)
  return [
    ...(URL.canParse(local)
      ? await examineRelay(local)
      : [fail('relay', 'RELAY_URL is no URL.', 'Set it to the URL of the relay, or unset it.')]),
    ...(url === undefined ? [] : [await examineWebhookUrl(url, secret?.trim() || undefined)]),
  ]
}

async function closeAll(connectors: readonly Connector[]): Promise<void> {
  await Promise.all(connectors.map((connector) => connector.close()))
}

/** What is wrong with the configuration is told once, by {@link examineConfiguration}. */
function attempt<Value>(load: () => Value): Value | undefined {
  try {
    return load()
  } catch (error) {
    if (SubtotalError.isInstance(error)) return undefined
    throw error
  }
}

async function attemptLater<Value>(load: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await load()
  } catch (error) {
    if (SubtotalError.isInstance(error)) return undefined
    throw error
  }
}
