import type { Worker } from 'node:worker_threads'
import type { Store } from '../store.ts'
import type { StoreReader } from './store-reader.ts'
import type { StoreResult, ThreadCalls } from './thread-calls.ts'
import { threadCalls } from './thread-calls.ts'

/** The calls of a reading thread that is there when it is needed. */
interface ReaderCalls {
  call<Method extends keyof StoreReader>(method: Method, args: Parameters<Store[Method]>): Promise<StoreResult<Method>>
  /** Ends the thread, if there is one. */
  close(): Promise<void>
}

/** Starts the thread at the first call, and anew at the next one after it failed: a search that is too much costs nothing else. */
export function readerCalls(start: () => Worker): ReaderCalls {
  let running: ThreadCalls | undefined

  function calls(): ThreadCalls {
    if (running !== undefined) return running
    const started = threadCalls(start(), () => forget(started))
    running = started
    return started
  }

  function forget(ended: ThreadCalls): void {
    if (running === ended) running = undefined
  }

  return {
    async call<Method extends keyof StoreReader>(method: Method, args: Parameters<Store[Method]>): Promise<StoreResult<Method>> {
      const reader = calls()
      try {
        await reader.opened
      } catch (error) {
        forget(reader)
        throw error
      }
      return await reader.call(method, args)
    },
    async close() {
      await running?.terminate()
    },
  }
}
