import { workerData } from 'node:worker_threads'
import { serveCalls } from './serve-calls.ts'
import { openSqliteReader } from './sqlite-reader.ts'
import type { StoreThreadData } from './store-call.ts'

const { path, encryption }: StoreThreadData = workerData

await serveCalls(async () => openSqliteReader(path, encryption))
