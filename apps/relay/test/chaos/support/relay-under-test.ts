import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { DestinationName } from '../../../src/demo/arrival-keys.ts'
import type { ChaosStore } from './chaos-store.ts'
import type { HookAnswer, HookCommand, HookSettings, SentCommand } from './hook-settings.ts'
import { apiKey, signingSecret } from './secrets.ts'

/** How a relay is started. */
export interface RelayUnderTestOptions {
  /** `main.js` of the built relay, or `main.ts` of its source. */
  readonly entry: string
  readonly store: Pick<ChaosStore, 'folder' | 'env' | 'leaseMs'>
  /** The destinations that are on, and where they are. */
  readonly urls: Readonly<Partial<Record<DestinationName, string>>>
  readonly hook?: HookSettings
  /** Further variables of the environment, before those of the store. */
  readonly env?: Readonly<Record<string, string>>
  /** Called with each line that the hook writes. */
  readonly onReport?: (line: string) => void
  /** Called with each line of its log. */
  readonly onLog?: (line: string) => void
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A relay in a process of its own. */
export interface RelayUnderTest {
  readonly pid: number
  /** Resolves to its URL; rejects with what it said when it ends before it listens. */
  readonly url: Promise<string>
  /** What its hook wrote. */
  readonly reports: readonly string[]
  /** From its start until it listened, in milliseconds. */
  startMs(): number
  /** What it wrote to the standard error. */
  stderr(): string
  readonly ended: Promise<Ending>
  kill(): void
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ending>
  /** Reads a page of it as JSON. */
  get(path: string): Promise<unknown>
  /** Tells its hook something; resolves to its time when it is done. While its time advances it can be told other things. */
  command(command: HookCommand): Promise<number>
  /** The most memory it has had, in bytes. Linux alone; elsewhere 0. */
  peakBytes(): number
  /** The memory it has now. */
  residentBytes(): number
}

const startLimitMs = 60_000
/** It gives itself 25 s. */
const endLimitMs = 40_000
const answerLimitMs = 60_000
/** None may outlive this process. */
const running = new Set<ChildProcess>()
process.once('exit', killRelays)

/** Ends those that are left of a row that was not run to its end. */
export function killRelays(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** A relay is started a thousand times: what Node.js has compiled once is not compiled again. */
const compileCache = mkdtempSync(join(tmpdir(), 'relay-chaos-compiled-'))
process.once('exit', () => rmSync(compileCache, { recursive: true, force: true }))
const source = '--conditions=@subtotal-connectors/source'

/** Its URL as a producer takes it, as soon as it listens. */
export async function urlsOf(relay: RelayUnderTest): Promise<() => readonly string[]> {
  const url = await relay.url
  return () => [url]
}

/** Starts `main start` in a process of its own, with its store and settings given by the environment alone. */
export function startRelayUnderTest(options: RelayUnderTestOptions): RelayUnderTest {
  const startedAt = performance.now()
  let listeningAt = startedAt
  const reports: string[] = []
  const child = spawnRelay(options, (line) => {
    reports.push(line)
    options.onReport?.(line)
  })
  const ended = endOf(child)
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString('utf8')}`.slice(-20_000)
  })
  const url = new Promise<string>((resolve, reject) => {
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        options.onLog?.(line)
        const found = /"url":"([^"]+)".*"msg":"listening"/.exec(line)?.[1]
        if (found === undefined) return
        listeningAt = performance.now()
        resolve(found)
      })
    }
    setTimeout(() => reject(new Error(`The relay does not listen: ${stderr}`)), startLimitMs).unref()
    void ended.then(({ code, signal }) => reject(new Error(`The relay ended with ${code ?? signal}: ${stderr}`)))
  })
  url.catch(() => undefined)
  let lastId = 0
  let advances = Promise.resolve(0)

  function command(wanted: HookCommand): Promise<number> {
    lastId += 1
    const sent: SentCommand = { ...wanted, id: lastId }
    return new Promise((resolve, reject) => {
      function take(answer: HookAnswer): void {
        if (answer.id !== sent.id) return
        child.off('message', take)
        resolve(answer.now)
      }
      child.on('message', take)
      void ended.then(() => reject(new Error('The relay has ended.')))
      child.send(sent, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  return {
    pid: child.pid ?? 0,
    url,
    reports,
    startMs: () => listeningAt - startedAt,
    stderr: () => stderr,
    ended,
    kill: () => child.kill('SIGKILL'),
    stop() {
      child.kill('SIGTERM')
      const end = setTimeout(() => child.kill('SIGKILL'), endLimitMs)
      void ended.then(() => clearTimeout(end))
      return ended
    },
    async get(path) {
      const response = await fetch(`${await url}${path}`, { signal: AbortSignal.timeout(answerLimitMs) })
      return response.json()
    },
    command(wanted) {
      if (wanted.kind !== 'advance') return command(wanted)
      advances = advances.then(() => command(wanted))
      return advances
    },
    peakBytes: () => memoryOf(child.pid, 'VmHWM'),
    residentBytes: () => memoryOf(child.pid, 'VmRSS'),
  }
}

function memoryOf(pid: number | undefined, field: string): number {
  const path = `/proc/${pid ?? 0}/status`
  if (!existsSync(path)) return 0
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(path, 'utf8'))?.[1] ?? 0) * 1024
}

function spawnRelay(
  { entry, store, urls, hook: wanted, env = {} }: RelayUnderTestOptions,
  onReport: (line: string) => void,
): ChildProcess {
  const hookPath = join(import.meta.dirname, 'relay-hook.ts')
  const { leaseMs } = store
  // Virtual time passes in steps that are longer than a short lease.
  const isShort = leaseMs !== undefined && wanted?.virtualTime === undefined
  const hook: HookSettings | undefined = isShort ? { leaseMs, ...wanted } : wanted
  const flags = [...(entry.endsWith('.ts') ? [source] : []), ...(hook === undefined ? [] : ['--import', hookPath])]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...flags, entry, 'start'], {
    cwd: store.folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
      NODE_COMPILE_CACHE: compileCache,
      ...store.env,
      SUBTOTAL_SIGNING_SECRET: signingSecret,
      ...destinationVariables(urls),
      ...(hook === undefined ? {} : { CHAOS_HOOK: JSON.stringify(hook) }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const reports = child.stdio[3]
  if (reports instanceof Readable) createInterface({ input: reports }).on('line', onReport)
  return child
}

function destinationVariables(urls: RelayUnderTestOptions['urls']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(urls).flatMap(([name, url]) => [
      [`${name.toUpperCase()}_API_KEY`, apiKey],
      [`${name.toUpperCase()}_BASE_URL`, url],
    ]),
  )
}

/** `close`, not `exit`: by then all that it wrote has been read. */
function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}
