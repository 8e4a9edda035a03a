import { existsSync } from 'node:fs'
import { chmod, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file to write. */
export interface NewFile {
  readonly name: string
  readonly text: string
  readonly mode: number
}

/** Which of these files are there. */
export function filesThere(cwd: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => existsSync(join(cwd, name)))
}

/** Writes all of them. Those in their place are kept beside them; resolves to the names they have now. Never writes over a file. */
export async function writeFiles(
  cwd: string,
  files: readonly NewFile[],
  there: readonly string[],
  now: Date,
): Promise<readonly string[]> {
  const kept = there.map((name) => ({ name, to: `${name}.before-init-${now.toISOString().replaceAll(':', '')}` }))
  for (const { name, to } of kept) await rename(join(cwd, name), join(cwd, to))
  for (const { name, text, mode } of files) {
    await writeFile(join(cwd, name), text, { flag: 'wx', mode })
    // The mode of a new file is what the process's mask leaves of it.
    await chmod(join(cwd, name), mode)
  }
  return kept.map(({ to }) => to)
}
