import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'

/** Prints an answer as JSON. */
export function writeJson(answer: unknown, { stdout }: CommandContext): ExitCode {
  stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  return 0
}
