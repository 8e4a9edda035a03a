import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'
import type { ExitCode } from '../exit-code.ts'

/** What a command is declared with. */
export interface Declaring {
  readonly program: Command
  readonly context: CommandContext
  /** Takes what the command resolves to. */
  readonly ended: (exitCode: ExitCode) => void
}

/** The option of every command that reads `relay.config.ts`. */
export const configOption = ['-c, --config <file>', 'configuration file to use instead of relay.config.ts'] as const

/** The option of every command that prints data. */
export const jsonOption = ['--json', 'print JSON'] as const

/** The part of a command's help that shows how it is used: each line without `subtotal-relay`. */
export function examples(...lines: readonly (readonly [line: string, says: string])[]): string {
  return `\nExamples:\n${lines.map(([line, says]) => `  $ ${withProgram(line)}\n      ${says}`).join('\n')}\n`
}

/** Variables stand before the program. */
function withProgram(line: string): string {
  return line.replace(/^((?:[A-Z_]+=\S+ )*)/, '$1subtotal-relay ')
}
