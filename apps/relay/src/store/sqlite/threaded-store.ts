import { extname } from 'node:path'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import type { Store } from '../store.ts'
import type { StoreAnswer, StoreCall, StoreThreadData } from './store-call.ts'
import { receiveError } from './store-call.ts'

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

type Result<Method extends keyof Store> = Awaited<ReturnType<Store[Method]>>

/**
 * Opens the store of one SQLite file in a thread of its own: while one group of events is being synced, this thread verifies and parses
 * the next. As `openSqliteStore` otherwise. When the thread ends unasked the process ends too, as it would have without the thread.
 */
export async function openThreadedStore(data: StoreThreadData): Promise<Store> {
  const worker = startThread(data)
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let isClosed = false

  function end(error: Error): void {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  worker.on('message', (answer: StoreAnswer) => {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.isDone) call?.resolve(answer.result)
    else call?.reject(receiveError(answer.error))
  })
  worker.on('error', (error: Error) => {
    end(error)
    throw error
  })
  worker.on('exit', () => end(new Error('The store is closed.')))

  function wait<Value>(id: number): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    waiting.set(id, { resolve, reject })
    return promise
  }

  function call<Method extends keyof Store>(method: Method) {
    return (...args: Parameters<Store[Method]>): Promise<Result<Method>> => {
      if (isClosed) return Promise.reject(new Error('The store is closed.'))
      lastId += 1
      const message: StoreCall = { id: lastId, method, args }
      worker.postMessage(message)
      return wait(lastId)
    }
  }

  await wait(0)
  const close = call('close')
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
    listDeliveries: call('listDeliveries'),
    listEvents: call('listEvents'),
    findEvent: call('findEvent'),
    listQuarantine: call('listQuarantine'),
    connectionState: call('connectionState'),
    audit: call('audit'),
    listAudit: call('listAudit'),
    checkWrite: call('checkWrite'),
    freeBytes: call('freeBytes'),
    replayEnd: call('replayEnd'),
    surveyReplay: call('surveyReplay'),
    addReplay: call('addReplay'),
    advanceReplay: call('advanceReplay'),
    listReplays: call('listReplays'),
    findReplay: call('findReplay'),
    markDead: call('markDead'),
    findDelivery: call('findDelivery'),
    deadLetterCounts: call('deadLetterCounts'),
    findQuarantined: call('findQuarantined'),
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
    surveyReceipts: call('surveyReceipts'),
    findPerson: call('findPerson'),
    surveyPerson: call('surveyPerson'),
    storeCopies: call('storeCopies'),
    earlierErasures: call('earlierErasures'),
    addErasure: call('addErasure'),
    advanceErasures: call('advanceErasures'),
    unblockErasure: call('unblockErasure'),
    listErasures: call('listErasures'),
    findErasure: call('findErasure'),
    retain: call('retain'),
    async close() {
      const closed = close()
      isClosed = true
      await closed
      await worker.terminate()
    },
  }
}

const sources = '--conditions=@subtotal-connectors/source'

/**
 * Run from sources, the thread needs the sources of the other packages too. Otherwise it takes over the options of the process by itself;
 * a list of them may not hold those of V8 (`--max-old-space-size`).
 */
function startThread(workerData: StoreThreadData): Worker {
  const extension = extname(import.meta.url)
  const isTold = extension !== '.ts' || process.execArgv.includes(sources)
  return new Worker(new URL(`./store-thread${extension}`, import.meta.url), {
    workerData,
    ...(isTold ? {} : { execArgv: [...process.execArgv, sources] }),
  })
}
