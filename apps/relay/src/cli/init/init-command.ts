import { relayFileNames } from '../../config/load-relay-file.ts'
import { check } from '../check-command.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandError } from '../command-error.ts'
import { connect } from '../connect/connect-command.ts'
import type { ExitCode } from '../exit-code.ts'
import { reportError } from '../report-error.ts'
import { UsageError } from '../usage-error.ts'
import { writeJson } from '../write-json.ts'
import { askOptions } from './ask-options.ts'
import { createAsker } from './create-asker.ts'
import type { InitOptions } from './init-options.ts'
import type { InitPlan } from './init-plan.ts'
import { planFromFlags } from './plan-from-flags.ts'
import { toDotEnv } from './to-dot-env.ts'
import { toRelayConfig } from './to-relay-config.ts'
import { filesThere, writeFiles } from './write-files.ts'

const connectTimeoutSeconds = 60

/** `subtotal-relay init`: writes `relay.config.ts` and `.env`, asks the destinations whether they work, and says what comes next. */
export async function init(options: InitOptions, context: CommandContext): Promise<ExitCode> {
  const isAsking = options.yes !== true
  if (isAsking && (context.stdin.isTTY !== true || context.stdout.isTTY !== true)) {
    throw new UsageError(
      'init asks questions, and nobody is at this terminal. Say it with flags: subtotal-relay init --destination klaviyo --yes',
    )
  }
  if (isAsking && options.json === true) throw new UsageError('--json goes with --yes.')
  const there = filesThere(context.cwd, ['.env', ...relayFileNames])
  const replace = options.force === true || (isAsking && there.length > 0 && (await mayReplace(there, context)))
  if (there.length > 0 && !replace)
    throw new CommandError(`${told(there)}. Nothing was written. With --force what is there is kept under another name.`)
  const plan = planFromFlags(isAsking ? await askOptions(options, context) : options, context)
  const files = [
    { name: '.env', text: toDotEnv(plan), mode: 0o600 },
    { name: 'relay.config.ts', text: toRelayConfig(plan), mode: 0o644 },
  ]
  const kept = await writeFiles(context.cwd, files, there, new Date())
  const { stdout, stderr } = options.json === true ? { stdout: context.stderr, stderr: context.stderr } : context
  stdout.write('Written: relay.config.ts, and .env, which its owner alone may read. Keep .env out of version control.\n')
  if (kept.length > 0) stdout.write(`What was there is kept as ${kept.join(' and ')}.\n`)
  const talking = { ...context, stdout, stderr }
  const isRight = !options.check || (await runCheck(talking))
  const isConnected = isRight && plan.isConnecting ? await runConnect(plan, talking) : undefined
  const next = nextSteps(plan, isRight, isConnected)
  if (options.json === true) {
    writeJson(
      { files: files.map(({ name }) => name), kept, checked: options.check, ok: isRight, connected: isConnected ?? null, next },
      context,
    )
  } else {
    stdout.write(`\nNext:\n${next.map((line, index) => `  ${index + 1}. ${line}\n`).join('')}`)
  }
  return isRight && isConnected !== false ? 0 : 1
}

async function mayReplace(there: readonly string[], context: CommandContext): Promise<boolean> {
  const answer = await createAsker(context).one(`${told(there)}. Replace?`, [
    { value: 'no', hint: 'nothing is written' },
    { value: 'yes', hint: 'what is there is kept under another name' },
  ])
  return answer === 'yes'
}

function told(there: readonly string[]): string {
  return `${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already`
}

async function runCheck(context: CommandContext): Promise<boolean> {
  context.stdout.write('\n')
  return await isDone(check({}, context), context)
}

async function runConnect({ webhookUrl = '' }: InitPlan, context: CommandContext): Promise<boolean> {
  context.stdout.write('\n')
  const options = {
    url: webhookUrl,
    name: 'Subtotal Connectors relay',
    email: 'relay-connect@shoppers.example',
    timeout: connectTimeoutSeconds,
  }
  return await isDone(connect(options, context), context)
}

/** Its error is told here: what was written stays, and what comes next is said after it. */
async function isDone(command: Promise<ExitCode>, context: CommandContext): Promise<boolean> {
  return (await command.catch((error: unknown) => reportError(error, context))) === 0
}

function nextSteps(
  { subtotal, webhookUrl, port }: InitPlan,
  isRight: boolean,
  isConnected: boolean | undefined,
): readonly string[] {
  const url = webhookUrl ?? 'https://<your host>/webhooks/subtotal'
  const fix = isRight ? [] : ['Put right what is named above, and look again: subtotal-relay doctor']
  const reach =
    webhookUrl === undefined
      ? [`Let an https address of yours lead to http://127.0.0.1:${port}/webhooks/subtotal, and publish that path alone.`]
      : []
  const start = 'Start the relay: subtotal-relay start'
  if (isConnected === true) return [...fix, start]
  if (subtotal.apiKey !== undefined)
    return [...fix, ...reach, `Make the webhook and prove the way: subtotal-relay connect --url ${url}`, start]
  if (subtotal.signingSecret !== undefined)
    return [...fix, ...reach, start, `In Subtotal's dashboard the webhook posts to: ${url}`]
  return [
    ...fix,
    ...reach,
    `Make a webhook in Subtotal's dashboard that posts to ${url}, and write its signing secret into .env: SUBTOTAL_SIGNING_SECRET=`,
    start,
  ]
}
