import { parentPort, workerData } from 'node:worker_threads'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'
import type { StoreCall, StoreThreadData } from './store-call.ts'
import { sendError } from './store-call.ts'

/** The thread of a store: opens it, and answers the calls of {@link StoreCall} in their order. */
const { path, now, minFreeBytes, enrichment }: StoreThreadData = workerData

async function answer(id: number, work: () => unknown): Promise<void> {
  try {
    parentPort?.postMessage({ id, isDone: true, result: await work() })
  } catch (error) {
    parentPort?.postMessage({ id, isDone: false, error: sendError(error) })
  }
}

let store: Store | undefined
await answer(0, async () => {
  store = await openSqliteStore(path, now, {
    ...(minFreeBytes === undefined ? {} : { minFreeBytes }),
    ...(enrichment === undefined ? {} : { enrichment }),
  })
})

parentPort?.on('message', ({ id, method, args }: StoreCall) => {
  void answer(id, () => (store === undefined ? undefined : Reflect.apply(store[method], store, args)))
})
if (store === undefined) parentPort?.close()
