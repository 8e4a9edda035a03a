import { systemClock } from '../../src/clock/clock.ts'
import { openMoveSource } from '../../src/store/move/move-source.ts'
import type { MoveProgress, StoreMoved } from '../../src/store/move/move-store.ts'
import { moveStore } from '../../src/store/move/move-store.ts'
import type { MoveTarget } from '../../src/store/move/move-target.ts'
import { moveTarget } from '../../src/store/move/move-target.ts'
import { openSchema } from '../../src/store/postgres/open-schema.ts'
import { later } from '../store-suite/suite-harness.ts'

/** How a run is made. */
export interface MoveRun {
  readonly onProgress?: (progress: MoveProgress) => void
  /** Default: as many as the command takes. */
  readonly rowsAtOnce?: number
  /** What stands between the run and its target. */
  readonly through?: (target: MoveTarget) => MoveTarget
}

/** One run of a move, as the command makes it: with connections of its own, which it closes however it ends. */
export async function moveStoreOnce(
  path: string,
  url: string,
  { onProgress = () => undefined, rowsAtOnce, through = (target) => target }: MoveRun = {},
): Promise<StoreMoved> {
  const database = await openSchema(url, systemClock)
  try {
    const source = openMoveSource(path, later)
    try {
      return await moveStore(source, through(moveTarget(database)), onProgress, rowsAtOnce)
    } finally {
      source.close()
    }
  } finally {
    await database.close()
  }
}
