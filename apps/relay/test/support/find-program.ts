import { accessSync, constants } from 'node:fs'

/** The first of these paths at which there is a program that may be run; `undefined`: none. */
export function findProgram(paths: readonly string[]): string | undefined {
  return paths.find((path) => path !== '' && canRun(path))
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
