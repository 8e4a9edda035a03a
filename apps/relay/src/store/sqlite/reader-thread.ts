import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { serveCalls } from './serve-calls.ts'
import { openSqliteReader } from './sqlite-reader.ts'
import type { StoreThreadData } from './store-call.ts'

const { path, encryption }: StoreThreadData = workerData

// What people look up is not to take the processor from what comes in. Elsewhere this would be about the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW)

await serveCalls(async () => openSqliteReader(path, encryption))
