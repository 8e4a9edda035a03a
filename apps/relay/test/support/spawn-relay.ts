import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { apiKey } from './mock-destinations.ts'
import { signingSecret } from './start-relay.ts'

/** What a relay in a process of its own is told. */
export interface SpawnedRelaySettings {
  readonly store: string
  /** Of the destinations' mocks. */
  readonly urls: object
  /** Of a mock Subtotal. */
  readonly subtotalUrl?: string
  /** It fetches purchases and gets no further. */
  readonly forgetsPurchases?: boolean
}

/** A relay in a process of its own. */
export interface SpawnedRelay {
  readonly url: string
  /** As `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts one; resolves when it listens. */
export async function spawnRelay(settings: SpawnedRelaySettings): Promise<SpawnedRelay> {
  const script = join(import.meta.dirname, 'relay-process.ts')
  const child = spawn(process.execPath, ['--conditions=@subtotal-connectors/source', script], {
    env: { ...process.env, RELAY_PROCESS: JSON.stringify({ secret: signingSecret, apiKey, ...settings }) },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  return { url: await listening(child), kill: () => kill(child) }
}

async function listening(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[3]
  if (!(pipe instanceof Readable)) throw new Error('No pipe to the relay.')
  const lines = createInterface({ input: pipe })
  const found = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.startsWith('listening ')) resolve(line.replace('listening ', ''))
    })
    lines.once('close', () => reject(new Error('The relay did not start.')))
  })
  return found
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
