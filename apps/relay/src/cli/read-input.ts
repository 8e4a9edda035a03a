import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandError } from './command-error.ts'

/** The bytes of a file that was named on the command line. Throws a `CommandError` that names it. */
export async function readInput(path: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path))
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${reason(error)}.`)
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'EACCES':
      return 'this user may not read it'
    default:
      return String(code ?? 'it failed')
  }
}
