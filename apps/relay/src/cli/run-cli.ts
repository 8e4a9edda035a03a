import type { CommandContext } from './command-context.ts'
import { createProgram } from './create-program.ts'
import type { ExitCode } from './exit-code.ts'
import { reportError } from './report-error.ts'

/** Runs `subtotal-relay` with these arguments (without `node` and the script) and says how it ended. Never throws. */
export async function runCli(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = createProgram(context, (ended) => {
    exitCode = ended
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return reportError(error, context)
  }
}
