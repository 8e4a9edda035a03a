import { PassThrough } from 'node:stream'
import { runCli } from '../src/cli/run-cli.ts'
import type { CommandResult, CommandSurroundings } from './run-command.ts'

/** Runs `subtotal-relay` to its end in this process: quicker than {@link runCommand}, without signals and exit. */
export async function runInProcess(
  args: readonly string[],
  { env = {}, cwd, input = '' }: CommandSurroundings,
): Promise<CommandResult> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const stdin = new PassThrough()
  stdin.end(input)
  const never = new AbortController().signal
  const exitCode = await runCli(args, { env: { ...env }, cwd, stdout, stderr, stdin, stopSignal: () => never })
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}
