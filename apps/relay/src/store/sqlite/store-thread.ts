import { workerData } from 'node:worker_threads'
import { serveCalls } from './serve-calls.ts'
import { openSqliteStore } from './sqlite-store.ts'
import type { StoreThreadData } from './store-call.ts'

const { path, now, minFreeBytes, enrichment, encryption, orderedDestinations }: StoreThreadData = workerData

await serveCalls((onSchemaChange) =>
  openSqliteStore(path, now, {
    onSchemaChange,
    ...(minFreeBytes === undefined ? {} : { minFreeBytes }),
    ...(enrichment === undefined ? {} : { enrichment }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(orderedDestinations === undefined ? {} : { orderedDestinations }),
  }),
)
