import { PassThrough } from 'node:stream'
import { runCli } from '../src/cli/run-cli.ts'
import type { CommandResult, CommandSurroundings } from './run-command.ts'

/** What a progress bar uses of a terminal. */
const terminal = { isTTY: true, columns: 120, cursorTo: () => true, clearLine: () => true, moveCursor: () => true }

/** Runs `subtotal-relay` to its end in this process: quicker than {@link runCommand}, without signals and exit. */
export async function runInProcess(
  args: readonly string[],
  { env = {}, cwd, input = '', isTerminal = false }: CommandSurroundings & { readonly isTerminal?: boolean },
): Promise<CommandResult> {
  const stdout = new PassThrough()
  const stderr = Object.assign(new PassThrough(), isTerminal ? terminal : {})
  const stdin = new PassThrough()
  stdin.end(input)
  const never = new AbortController().signal
  const exitCode = await runCli(args, { env: { ...env }, cwd, stdout, stderr, stdin, stopSignal: () => never })
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}
