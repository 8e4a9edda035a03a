import type { Worker } from 'node:worker_threads'
import type { OnSchemaChange } from '../schema-change.ts'
import type { StoreAnswer, StoreCall, StoreCalls, StoreNotice } from './store-call.ts'
import { receiveError } from './store-call.ts'

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** What a method of the store resolves to. */
export type StoreResult<Method extends keyof StoreCalls> = Awaited<ReturnType<StoreCalls[Method]>>

/** The calls of one thread of the store. */
export interface ThreadCalls {
  /** Resolves when the thread has opened its part of the store; rejects when that was refused. */
  readonly opened: Promise<void>
  call<Method extends keyof StoreCalls>(method: Method, args: Parameters<StoreCalls[Method]>): Promise<StoreResult<Method>>
  /** Ends the thread. Calls that it has not answered reject. */
  terminate(): Promise<void>
}

/** Sends calls to a thread and awaits its answers. `onFailure`: the thread ended by an error; its calls are rejected already. */
export function threadCalls(
  worker: Worker,
  onFailure: (error: Error) => void,
  onSchemaChange: OnSchemaChange = () => undefined,
): ThreadCalls {
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let isEnded = false

  function end(error: Error): void {
    isEnded = true
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  worker.on('message', (answer: StoreAnswer | StoreNotice) => {
    if ('schemaChange' in answer) return onSchemaChange(answer.schemaChange)
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.isDone) call?.resolve(answer.result)
    else call?.reject(receiveError(answer.error))
  })
  worker.on('error', (error: Error) => {
    end(error)
    onFailure(error)
  })
  worker.on('exit', () => end(closed()))

  function wait<Value>(id: number): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    waiting.set(id, { resolve, reject })
    return promise
  }

  return {
    opened: wait(0),
    call<Method extends keyof StoreCalls>(method: Method, args: Parameters<StoreCalls[Method]>) {
      if (isEnded) return Promise.reject(closed())
      lastId += 1
      const message: StoreCall = { id: lastId, method, args }
      worker.postMessage(message)
      return wait<StoreResult<Method>>(lastId)
    },
    async terminate() {
      await worker.terminate()
    },
  }
}

/** What a call after the end rejects with. */
export function closed(): Error {
  return new Error('The store is closed.')
}
