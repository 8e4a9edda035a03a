import { SubtotalError } from '@subtotal-connectors/core'
import { CommanderError } from 'commander'
import type { CommandContext } from './command-context.ts'
import { CommandError } from './command-error.ts'
import type { ExitCode } from './exit-code.ts'
import { UsageError } from './usage-error.ts'

/** Says on stderr why a command ended: one sentence for what can be expected, a stack only for a bug. */
export function reportError(error: unknown, context: Pick<CommandContext, 'stderr'>): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 && error.code !== 'commander.help' ? 0 : 2
  if (error instanceof UsageError) {
    context.stderr.write(`error: ${error.message}\n`)
    return 2
  }
  context.stderr.write(`${describe(error)}\n`)
  return 1
}

function describe(error: unknown): string {
  if (error instanceof CommandError || SubtotalError.isInstance(error)) return `error: ${error.message}`
  if (isSystemError(error)) return `error: ${error.message}`
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `error: this is a bug in subtotal-relay, please report it with the lines below\n${details}`
}

/** An error of the operating system: a full disk, a file that may not be read. Its message is a sentence of its own. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
