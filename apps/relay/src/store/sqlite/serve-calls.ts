import { parentPort } from 'node:worker_threads'
import type { OnSchemaChange } from '../schema-change.ts'
import type { StoreCall } from './store-call.ts'
import { sendError } from './store-call.ts'

/** What a thread of the store does: opens its part, and answers the calls of {@link StoreCall} in their order. */
export async function serveCalls(open: (onSchemaChange: OnSchemaChange) => Promise<object>): Promise<void> {
  async function answer(id: number, work: () => unknown): Promise<void> {
    try {
      parentPort?.postMessage({ id, isDone: true, result: await work() })
    } catch (error) {
      parentPort?.postMessage({ id, isDone: false, error: sendError(error) })
    }
  }

  let store: object | undefined
  await answer(0, async () => {
    store = await open((schemaChange) => parentPort?.postMessage({ schemaChange }))
  })
  parentPort?.on('message', ({ id, method, args }: StoreCall) => {
    void answer(id, () => (store === undefined ? undefined : Reflect.apply(Reflect.get(store, method), store, args)))
  })
  if (store === undefined) parentPort?.close()
}
