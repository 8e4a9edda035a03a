import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { checkCopy } from '../../store/sqlite/backup-store.ts'
import { readKeyIds } from '../../store/sqlite/encryption-key-ids.ts'
import { inspectDatabase, inspectFile } from '../../store/sqlite/inspect-file.ts'
import { examineKeys } from './examine-keys.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

const othersBits = 0o077
const gibibyte = 1024 ** 3

/** The store's folder and file: who may read them, whether the file is whole, and who has it open. Writes nothing. */
export function examineStore(path: string, keyIds: readonly string[]): readonly Finding[] {
  const folder = dirname(path)
  if (!existsSync(folder)) return [examineParent(folder)]
  return [...examineFolder(folder), ...examineFile(path, keyIds)]
}

/** Folders that are missing are made when the relay starts. */
function examineParent(folder: string): Finding {
  let parent = folder
  while (!existsSync(parent)) parent = dirname(parent)
  if (isWritable(parent)) return ok('store', `There is no store yet; the relay makes ${folder} when it starts.`)
  return fail(
    'store',
    `There is no ${folder}, and it cannot be made: ${parent} takes no writes.`,
    'Set RELAY_STORE to a file in a folder that can be written.',
  )
}

function examineFolder(folder: string): readonly Finding[] {
  if (!isWritable(folder)) {
    return [
      fail(
        'store',
        `${folder} takes no writes from this user.`,
        `Give it to the user that runs the relay: chown, or set RELAY_STORE to another folder.`,
      ),
    ]
  }
  return examineMode(folder, '700')
}

function examineFile(path: string, keyIds: readonly string[]): readonly Finding[] {
  try {
    if (inspectFile(path) === 'missing')
      return [ok('store', `There is no store at ${path} yet; the relay makes it when it starts.`)]
    inspectDatabase(path)
    const size = statSync(path).size
    const whole =
      size > gibibyte
        ? warn(
            'store',
            `${path} is larger than 1 GiB and was not read whole.`,
            'Read it on a copy: subtotal-relay backup checks what it writes.',
          )
        : ok('store', `${path} is whole: ${checkCopy(path).events} events.`)
    return [whole, ...examineKeys(readKeyIds(path), keyIds), ...examineMode(path, '600'), ...examineHolder(path)]
  } catch (error) {
    if (error instanceof ConfigurationError) return [fail('store', error.message)]
    throw error
  }
}

function examineMode(path: string, mode: '700' | '600'): readonly Finding[] {
  if ((statSync(path).mode & othersBits) === 0) return []
  return [warn('store', `Other users of this machine may look into ${path}, which holds people's data.`, `chmod ${mode} ${path}`)]
}

function examineHolder(path: string): readonly Finding[] {
  const text = existsSync(`${path}.holder`) ? readFileSync(`${path}.holder`, 'utf8').trim() : ''
  const [, id, host] = /^process (\d+) on ([^,]+),/.exec(text) ?? []
  if (id === undefined) return [ok('store', 'No relay has it open.')]
  if (host !== hostname()) {
    return [
      warn(
        'store',
        `It is open in ${text}, on another machine.`,
        'One store serves one relay: stop one of them, or give each a store of its own.',
      ),
    ]
  }
  return [
    ok(
      'store',
      isAlive(Number(id)) ? `It is open in ${text}.` : `${text}, was not ended properly. The next start puts that right.`,
    ),
  ]
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
