import type { ChaosRow } from './chaos-row.ts'
import { garbageAnswers, partialBatches, poison } from './rows/answer-rows.ts'
import { backlog, backups, massReplay, removedDestination } from './rows/backlog-rows.ts'
import { hostileBodies, hostileSignatures } from './rows/client-rows.ts'
import { capturedWebhooks, clockJumps, duplicateWebhooks } from './rows/clock-rows.ts'
import { failingDisk, fullDisk, powerCuts, syncs } from './rows/disk-rows.ts'
import { erasure } from './rows/erasure-rows.ts'
import { namedKills, randomKills } from './rows/kill-rows.ts'
import { load, soak } from './rows/load-rows.ts'
import { customerOrder } from './rows/order-rows.ts'
import { names, outages, rateLimits, revokedKeys, slowness } from './rows/outage-rows.ts'
import { heldCleanup } from './rows/postgres-cleanup-rows.ts'
import { networkSplit, pausedProcess } from './rows/postgres-lease-rows.ts'
import { serverFailures, serverRestarts } from './rows/postgres-restart-rows.ts'
import { sideBySide } from './rows/postgres-upgrade-rows.ts'
import { secondProcess, spoiltStores, termination } from './rows/process-rows.ts'
import { repeatedReplays } from './rows/replay-rows.ts'
import { retention } from './rows/retention-rows.ts'
import { searches } from './rows/search-rows.ts'
import { slowClients } from './rows/slow-client-rows.ts'

/** Every row that can be run, in the order of the table. */
export const chaosRows: readonly ChaosRow[] = [
  namedKills,
  randomKills,
  powerCuts,
  syncs,
  termination,
  fullDisk,
  failingDisk,
  spoiltStores,
  secondProcess,
  outages,
  slowness,
  garbageAnswers,
  rateLimits,
  partialBatches,
  poison,
  revokedKeys,
  names,
  clockJumps,
  duplicateWebhooks,
  hostileSignatures,
  capturedWebhooks,
  hostileBodies,
  slowClients,
  serverRestarts,
  serverFailures,
  heldCleanup,
  pausedProcess,
  networkSplit,
  backlog,
  massReplay,
  erasure,
  repeatedReplays,
  removedDestination,
  searches,
  soak,
  retention,
  sideBySide,
  backups,
  customerOrder,
  load,
]
