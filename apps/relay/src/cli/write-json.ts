import type { CommandContext } from './command-context.ts'
import type { ExitCode } from './exit-code.ts'

/** The option of every command that prints data. */
export interface JsonOptions {
  /** JSON for machines instead of text for people. */
  readonly json?: boolean
}

/** Prints an answer as JSON. */
export function writeJson(answer: unknown, { stdout }: CommandContext): ExitCode {
  stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  return 0
}
