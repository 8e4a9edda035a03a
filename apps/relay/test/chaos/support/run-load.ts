import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { LoadDone, LoadPlan } from './load-process.ts'

/** Posts webhooks from a process of its own, so that what that costs is not measured. */
export function runLoad(plan: LoadPlan): Promise<LoadDone> {
  const execArgv = ['--conditions=@subtotal-connectors/source', '--disable-warning=ExperimentalWarning']
  const child = fork(join(import.meta.dirname, 'load-process.ts'), [JSON.stringify(plan)], { execArgv })
  return new Promise((resolve, reject) => {
    child.once('message', (done: LoadDone) => resolve(done))
    child.once('exit', () => reject(new Error('The producer ended.')))
  })
}
