import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** Halves what a process costs: its modules are stripped of types and compiled once for all. */
const compileCache = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url))

/** What a command wrote and how it ended. */
export interface CommandResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs in a process of its own. */
export interface RunningCommand {
  /** Resolves when a whole line of stdout matches; rejects when the command ends before. */
  line(pattern: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<CommandResult>
}

/** How a command is run. */
export interface CommandSurroundings {
  /** The whole environment but PATH and TMPDIR. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd: string
  /** What is piped into it; nothing by default. */
  readonly input?: string
  /** Node.js options before the script. */
  readonly nodeArgs?: readonly string[]
}

/** Starts `subtotal-relay` in a child process, with nothing of this process's environment. */
export function startCommand(
  args: readonly string[],
  { env = {}, cwd, input, nodeArgs = [] }: CommandSurroundings,
): RunningCommand {
  const child = spawn(process.execPath, ['--conditions=@subtotal-connectors/source', ...nodeArgs, main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr })
      for (const look of waiting) look()
    })
  })
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const look of waiting) look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  return {
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = stdout
            .split('\n')
            .slice(0, -1)
            .find((line) => pattern.test(line))
          if (found === undefined && child.exitCode === null) return
          waiting.delete(look)
          if (found === undefined) reject(new Error(`The command ended with ${child.exitCode} before: ${stderr}${stdout}`))
          else resolve(found)
        }
        waiting.add(look)
        look()
      }),
    kill: (signal) => {
      child.kill(signal)
    },
    ended,
  }
}

/** Runs `subtotal-relay` to its end. */
export function runCommand(args: readonly string[], surroundings: CommandSurroundings): Promise<CommandResult> {
  return startCommand(args, surroundings).ended
}

/** Makes a folder with these files, and says how to remove it. */
export async function createFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'subtotal-relay-test-'))
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(path, name), text)))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
