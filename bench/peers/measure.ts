import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { PeerSetup } from './peer-sender.ts'
import type { Scenario } from './scenarios.ts'
import type { SenderReport } from './sender.ts'
import type { ServerReport } from './server.ts'

/** One pass of one sender. */
export interface Measurement extends SenderReport, Omit<ServerReport, 'cpuMicros'> {
  /** How much of the time the server was busy, 0 to 1. */
  readonly serverLoad: number
}

/** The loopback server in a process of its own. */
export interface Server {
  readonly url: string
  /** What it saw since the last report. */
  report(): Promise<ServerReport>
  stop(): void
}

/** Starts the server. */
export async function startServer(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'server.ts'))
  const { port }: { port: number } = await nextMessage(child)
  return {
    url: `http://127.0.0.1:${port}`,
    report: () => {
      child.send('report')
      return nextMessage(child)
    },
    stop: () => child.disconnect(),
  }
}

/** Runs one sender in a process of its own; throws unless the server received every event once. */
export async function measure(server: Server, scenario: Scenario, setup: PeerSetup, events: number): Promise<Measurement> {
  const child = fork(join(import.meta.dirname, 'sender.ts'), [scenario.sender, JSON.stringify(setup)])
  await nextMessage(child)
  await server.report()
  child.send('go')
  const cost: SenderReport = await nextMessage(child)
  const { cpuMicros: serverMicros, ...seen } = await server.report()
  await once(child, 'exit')
  if (seen.events !== events || seen.strays > 0) {
    throw new Error(`${scenario.label}: ${seen.events} of ${events} events arrived, ${seen.strays} requests went elsewhere.`)
  }
  return { ...cost, ...seen, serverLoad: serverMicros / 1_000 / cost.wallMs }
}

/** The processes speak in the types of this folder. */
async function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController()
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`A process of the bench ended with ${code}.`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), exit])
    return message
  } finally {
    exit.catch(() => {})
    ended.abort()
  }
}
