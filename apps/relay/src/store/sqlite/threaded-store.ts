import { extname } from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { OnSchemaChange } from '../schema-change.ts'
import type { Store } from '../store.ts'
import { readerCalls } from './reader-calls.ts'
import type { StoreCalls, StoreThreadData } from './store-call.ts'
import type { StoreReader } from './store-reader.ts'
import type { StoreResult } from './thread-calls.ts'
import { closed, threadCalls } from './thread-calls.ts'

/**
 * Opens the store of one SQLite file in a thread of its own: while one group of events is being synced, this thread verifies and parses
 * the next. What people ask for is read in a second one, which starts when it is first asked. As `openSqliteStore` otherwise. When the
 * first thread ends unasked the process ends too, as it would have without the thread; when the second does, what was asked of it fails.
 */
export async function openThreadedStore(data: StoreThreadData, onSchemaChange?: OnSchemaChange): Promise<Store> {
  const fail = (error: Error): never => {
    throw error
  }
  const writer = threadCalls(startThread('store-thread', data), fail, onSchemaChange)
  const reader = readerCalls(() => startThread('reader-thread', data))
  let isClosed = false

  function call<Method extends keyof StoreCalls>(method: Method) {
    return (...args: Parameters<StoreCalls[Method]>): Promise<StoreResult<Method>> =>
      isClosed ? Promise.reject(closed()) : writer.call(method, args)
  }

  function read<Method extends keyof StoreReader>(method: Method) {
    return (...args: Parameters<StoreCalls[Method]>): Promise<StoreResult<Method>> =>
      isClosed ? Promise.reject(closed()) : reader.call(method, args)
  }

  await writer.opened
  return {
    ingest: call('ingest'),
    quarantine: call('quarantine'),
    claim: call('claim'),
    settle: call('settle'),
    renew: call('renew'),
    nextDueAt: call('nextDueAt'),
    stats: call('stats'),
    pauseLane: call('pauseLane'),
    resumeLane: call('resumeLane'),
    lanePauses: call('lanePauses'),
    listDeliveries: read('listDeliveries'),
    listEvents: read('listEvents'),
    findEvent: read('findEvent'),
    listQuarantine: read('listQuarantine'),
    connectionState: call('connectionState'),
    audit: call('audit'),
    listAudit: read('listAudit'),
    checkWrite: call('checkWrite'),
    freeBytes: call('freeBytes'),
    countActivity: call('countActivity'),
    listActivity: read('listActivity'),
    replayEnd: read('replayEnd'),
    surveyReplay: read('surveyReplay'),
    addReplay: call('addReplay'),
    advanceReplay: call('advanceReplay'),
    advanceIdentities: call('advanceIdentities'),
    listReplays: call('listReplays'),
    findReplay: call('findReplay'),
    markDead: call('markDead'),
    findDelivery: read('findDelivery'),
    deadLetterCounts: read('deadLetterCounts'),
    findQuarantined: read('findQuarantined'),
    releaseQuarantined: call('releaseQuarantined'),
    claimEnrichments: call('claimEnrichments'),
    settleEnrichments: call('settleEnrichments'),
    nextEnrichment: call('nextEnrichment'),
    addImport: call('addImport'),
    nextImportPart: call('nextImportPart'),
    resolveImportCustomer: call('resolveImportCustomer'),
    recordImportPage: call('recordImportPage'),
    deferImportPart: call('deferImportPart'),
    holdImports: call('holdImports'),
    hurryImports: call('hurryImports'),
    cancelImport: call('cancelImport'),
    listImports: call('listImports'),
    findImport: call('findImport'),
    importRefusals: call('importRefusals'),
    knownEvents: call('knownEvents'),
    surveyReceipts: read('surveyReceipts'),
    findPerson: read('findPerson'),
    surveyPerson: read('surveyPerson'),
    findPersonId: read('findPersonId'),
    storeCopies: call('storeCopies'),
    earlierErasures: call('earlierErasures'),
    addErasure: call('addErasure'),
    advanceErasures: call('advanceErasures'),
    unblockErasure: call('unblockErasure'),
    listErasures: call('listErasures'),
    findErasure: call('findErasure'),
    retain: call('retain'),
    addRotation: call('addRotation'),
    advanceRotation: call('advanceRotation'),
    listRotations: call('listRotations'),
    findRotation: call('findRotation'),
    async close() {
      if (isClosed) throw closed()
      isClosed = true
      // First, as the last connection that closes puts the log into the store's file, and this one cannot write.
      await reader.close()
      await writer.call('close', [])
      await writer.terminate()
    },
  }
}

const sources = '--conditions=@subtotal-connectors/source'

/**
 * Run from sources, the thread needs the sources of the other packages too. Otherwise it takes over the options of the process by itself;
 * a list of them may not hold those of V8 (`--max-old-space-size`).
 */
function startThread(name: 'store-thread' | 'reader-thread', workerData: StoreThreadData): Worker {
  const extension = extname(import.meta.url)
  const isTold = extension !== '.ts' || process.execArgv.includes(sources)
  return new Worker(new URL(`./${name}${extension}`, import.meta.url), {
    workerData,
    ...(isTold ? {} : { execArgv: [...process.execArgv, sources] }),
  })
}
