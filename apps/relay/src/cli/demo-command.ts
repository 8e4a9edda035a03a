import { createLogUpdate } from 'log-update'
import type { DemoOutcome } from '../demo/demo-outcome.ts'
import type { DemoSnapshot } from '../demo/demo-snapshot.ts'
import { formatSnapshot, formatSnapshotLine } from '../demo/format-snapshot.ts'
import { formatVerdict } from '../demo/format-verdict.ts'
import { runDemo } from '../demo/run-demo.ts'
import type { CommandContext, OutputStream } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'
import type { JsonOptions } from './write-json.ts'
import { writeJson } from './write-json.ts'

/** What `demo` can be told. */
export interface DemoCommandOptions extends JsonOptions {
  /** Send a number of webhooks, wait until every destination has them, and end. */
  readonly once?: boolean
  /** How many; means `once`. Default 200. */
  readonly count?: number
  /** Webhooks per second. */
  readonly rate: number
}

const defaultCount = 200
const liveProgressMs = 250
const plainProgressMs = 5000

/** `subtotal-relay demo`: the whole relay with mock destinations, and a summary of what it does. */
export async function demo(options: DemoCommandOptions, context: CommandContext): Promise<ExitCode> {
  const count = options.once === true || options.count !== undefined ? (options.count ?? defaultCount) : undefined
  const isJson = options.json === true
  const display = createDisplay(isJson ? context.stderr : context.stdout)
  const outcome = await runDemo({
    ...(count === undefined ? {} : { count }),
    ratePerSecond: options.rate,
    signal: context.stopSignal(),
    progressMs: display.progressMs,
    onReady: (relayUrl) => display.write(introduction(relayUrl, count, options.rate)),
    onProgress: (snapshot) => display.show(snapshot),
  })
  display.end(outcome.snapshot)
  display.write(conclusion(outcome, count))
  if (isJson) writeJson(toJson(outcome), context)
  return count === undefined || outcome.isComplete ? 0 : 1
}

/** What the destinations recorded, beside what was sent. */
function toJson({ snapshot, verdicts, isComplete }: DemoOutcome): object {
  const { elapsedMs, sent, received, quarantined, destinations } = snapshot
  return {
    isComplete,
    elapsedMs: Math.round(elapsedMs),
    sent,
    received,
    quarantined,
    destinations: verdicts.map((verdict) => {
      const counted = destinations.find(({ name }) => name === verdict.name)
      return { ...verdict, retried: counted?.retried ?? 0, dead: counted?.dead ?? 0 }
    }),
  }
}

interface Display {
  readonly progressMs: number
  write(text: string): void
  show(snapshot: DemoSnapshot): void
  end(snapshot: DemoSnapshot): void
}

function createDisplay(stream: OutputStream): Display {
  if (stream.isTTY !== true || stream.rows === 0) {
    return {
      progressMs: plainProgressMs,
      write: (text) => stream.write(text),
      show: (snapshot) => stream.write(`${formatSnapshotLine(snapshot)}\n`),
      end: (snapshot) => stream.write(`\n${formatSnapshot(snapshot)}\n`),
    }
  }
  const draw = createLogUpdate(stream)
  return {
    progressMs: liveProgressMs,
    write: (text) => stream.write(text),
    show: (snapshot) => draw(formatSnapshot(snapshot)),
    end(snapshot) {
      draw(formatSnapshot(snapshot))
      draw.done()
    },
  }
}

function introduction(relayUrl: string, count: number | undefined, rate: number): string {
  const amount = count === undefined ? 'webhooks until Ctrl-C' : `${count} webhooks`
  return `The relay listens on ${relayUrl} and gets ${amount}, ${rate} a second, from a mock Subtotal
whose invented customers link accounts, buy, lose their logins, log in again and leave.
Subtotal and the destinations are mocks in this process: nothing leaves this machine, and none of your settings are used.
Now and then a mock answers 429 or 5xx, so that you see retries. Have a look while it runs, in a browser
at ${relayUrl}/console, or:

  curl -s '${relayUrl}/api/v1/deliveries?limit=5'
  curl -s ${relayUrl}/readyz
  curl -s ${relayUrl}/metrics

`
}

function conclusion(outcome: DemoOutcome, count: number | undefined): string {
  if (count === undefined) {
    const waiting = outcome.verdicts.reduce((sum, { missing }) => sum + missing, 0)
    return waiting === 0
      ? '\nEnded. Every destination has every event that was sent.\n'
      : `\nEnded. ${waiting} deliveries were still on their way.\n`
  }
  const verdicts = outcome.verdicts.map((verdict) => `  ${formatVerdict(verdict)}\n`).join('')
  return `\nThe ids that the destinations recorded, compared with the ids that were sent:\n${verdicts}`
}
