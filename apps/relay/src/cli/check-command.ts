import { styleText } from 'node:util'
import type { CheckResult, Connector } from '@subtotal-connectors/core'
import { loadDestinations } from '../config/load-config.ts'
import { loadSubtotal } from '../config/load-subtotal.ts'
import { parseLinkUrl } from '../config/parse-settings.ts'
import { mergeDotEnv, readEnvironment } from '../config/read-environment.ts'
import { checkSubtotal } from './check-subtotal.ts'
import type { CommandContext, OutputStream } from './command-context.ts'
import type { ConfigurationOptions, ConfigurationSource } from './configuration-source.ts'
import { configurationSource } from './configuration-source.ts'
import type { ExitCode } from './exit-code.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

const checkTimeoutMs = 30_000

/** `subtotal-relay check`: asks every destination, and Subtotal where there is a key for its API or a Link URL; prints what each proved, and fails when one has a problem. */
export async function check(options: ConfigurationOptions & JsonOptions, context: CommandContext): Promise<ExitCode> {
  const source = configurationSource(options, context)
  const destinations = Object.entries(await loadDestinations(source))
  const signal = AbortSignal.any([context.stopSignal(), AbortSignal.timeout(checkTimeoutMs)])
  const subtotal = await checkAccount(source, signal)
  const checked = await Promise.all(
    destinations.map(async ([name, connector]) => ({ name, result: await checkOne(connector, signal) })),
  )
  const results = subtotal === undefined ? checked : [{ name: 'subtotal', result: subtotal }, ...checked]
  const isOk = results.every(({ result }) => result.ok)
  if (options.json === true) writeJson({ ok: isOk, checks: results.map(({ name, result }) => ({ name, ...result })) }, context)
  else for (const { name, result } of results) context.stdout.write(formatCheck(name, result, context.stdout))
  return isOk ? 0 : 1
}

async function checkOne(connector: Connector, signal: AbortSignal): Promise<CheckResult> {
  try {
    return await connector.check({ signal })
  } finally {
    await connector.close()
  }
}

async function checkAccount(source: ConfigurationSource, signal: AbortSignal): Promise<CheckResult | undefined> {
  const { SUBTOTAL_LINK_URL: linkUrl } = readEnvironment(mergeDotEnv(source.env, source.cwd), source.cwd)
  const api = await loadSubtotal(source)
  try {
    return await checkSubtotal(api, linkUrl === undefined ? undefined : parseLinkUrl(linkUrl), signal)
  } finally {
    api?.close()
  }
}

/** A destination's check as a person reads it: one line per finding. */
function formatCheck(name: string, result: CheckResult, stream: OutputStream): string {
  const verdict = result.ok ? styleText('green', 'ok', { stream }) : styleText('red', 'problem', { stream })
  const lines = [
    `${styleText('bold', name, { stream })}: ${verdict}`,
    ...result.proved.map((sentence) => `  proved:  ${sentence}`),
    ...result.problems.map((sentence) => `  problem: ${sentence}`),
    ...result.notes.map((sentence) => `  note:    ${sentence}`),
  ]
  return `${lines.join('\n')}\n`
}
